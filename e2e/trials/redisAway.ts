/**
 * `redis`: Redis ends, hangs and forgets everything under players, who must not notice; and `no-redis`:
 * it is not there when the processes start.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "./doors.ts";
import { Doors, isSeat } from "./doors.ts";
import type { Stage } from "./stage.ts";
import { until } from "./stage.ts";
import type { Trial } from "./trial.ts";
import { Witnesses } from "./witnesses.ts";

/** Who asks for a seat hears within this that there is one, or that there is none for now. */
const ANSWER_MS = 1_000;
/** From Redis' return to seats at every table, and the same to see, whoever is asked. */
const RECOVERED_MS = 5_000;
const ASK_EVERY_MS = 1_000;
const AWAY_MS = { brief: [5_000], long: [5_000, 30_000] } as const;
const TIMINGS = { bettingMs: 1_000, closingMs: 150, spinningMs: 200, resultMs: 150 };

type Absence = "ends" | "hangs";

const LEAVES: Readonly<Record<Absence, (stage: Stage) => Promise<void>>> = {
  ends: ({ cluster }) => cluster.redis.kill(),
  hangs: async ({ cluster }) => cluster.redis.freeze(),
};

const RETURNS: Readonly<Record<Absence, (stage: Stage) => Promise<void>>> = {
  ends: ({ cluster }) => cluster.redis.start(),
  hangs: async ({ cluster }) => cluster.redis.thaw(),
};

interface Cast {
  readonly doors: Doors;
  readonly witnesses: Witnesses;
}

async function goAway(
  stage: Stage,
  { doors, witnesses }: Cast,
  { how, awayMs }: { readonly how: Absence; readonly awayMs: number },
): Promise<void> {
  await LEAVES[how](stage);
  stage.notes.inflicted(`Redis ${how} for ${awayMs / 1000} s`);
  const before = stage.crowd.progress.accepted;
  const won = witnesses.winAt(stage.random.pick(stage.tableIds));
  // It is awaited below.
  won.catch(() => undefined);
  for (const end = Date.now() + awayMs; Date.now() < end; ) {
    const next = pause(ASK_EVERY_MS);
    judge(stage, await doors.askAll());
    await judgeLists(stage, doors);
    await next;
  }
  await won;
  if (stage.crowd.progress.accepted === before) stage.notes.finding("no bet was taken meanwhile");
  await RETURNS[how](stage);
  await Promise.all([
    expectRecovery(stage, doors, "Redis' return"),
    expectSame(stage, witnesses, "Redis' return"),
  ]);
}

/** While Redis is away: a seat where the table runs, and elsewhere a seat or soon the word that there is none. */
function judge({ notes, tableIds }: Stage, answers: readonly Answer[]): void {
  for (const answer of answers) {
    const { slot, tableId, status, code, tookMs } = answer;
    notes.measured("an answer while Redis is away", tookMs, ANSWER_MS);
    if (isSeat(answer) || code === "TABLE_PAUSED") continue;
    notes.finding(`process ${slot} answers ${status} ${code} for ${tableId} while Redis is away`);
  }
  for (const tableId of tableIds) {
    const seated = answers.some((answer) => answer.tableId === tableId && isSeat(answer));
    if (!seated) notes.finding(`no process gives a seat at ${tableId} while Redis is away`);
  }
}

/** Whoever is asked shows every table as it is: each is run by somebody. */
async function judgeLists(stage: Stage, doors: Doors): Promise<void> {
  for (const line of await unseen(stage, doors)) stage.notes.finding(`${line} without Redis`);
}

/** What is missing in whose list, or at rest in whose lobby. */
async function unseen({ processes, tableIds }: Stage, doors: Doors): Promise<readonly string[]> {
  const seen = processes.map(async (process) => {
    const [listed, phases] = await Promise.all([
      doors.listed(process),
      doors.phasesInLobby(process),
    ]);
    const missing = tableIds.filter((tableId) => !listed.has(tableId));
    const resting = tableIds.filter((tableId) => phases.get(tableId) === "paused");
    return [
      ...missing.map((tableId) => `process ${process.slot} does not list ${tableId}`),
      ...resting.map((tableId) => `the lobby of process ${process.slot} has ${tableId} paused`),
    ];
  });
  return (await Promise.all(seen)).flat();
}

async function expectSame(stage: Stage, witnesses: Witnesses, after: string): Promise<void> {
  const since = performance.now();
  await witnesses.untilSame(`after ${after}`, 4 * RECOVERED_MS);
  const tookMs = Math.round(performance.now() - since);
  stage.notes.measured(`from ${after} to the same balances and wins`, tookMs, RECOVERED_MS);
}

async function expectRecovery(stage: Stage, doors: Doors, after: string): Promise<void> {
  const since = performance.now();
  await doors.untilOpen(`seats everywhere after ${after}`, 4 * RECOVERED_MS);
  const tookMs = Math.round(performance.now() - since);
  stage.notes.measured(`from ${after} to seats everywhere`, tookMs, RECOVERED_MS);
}

async function forgetAll(stage: Stage, { doors, witnesses }: Cast): Promise<void> {
  await stage.cluster.redis.flush();
  stage.notes.inflicted("FLUSHALL");
  await expectRecovery(stage, doors, "FLUSHALL");
  await witnesses.winAt(stage.random.pick(stage.tableIds));
  await expectSame(stage, witnesses, "FLUSHALL");
}

export const redisAway: Trial = {
  name: "redis",
  does: "Redis ends, hangs and forgets everything, and players do not notice",
  stage: ({ brief }) => ({ players: brief ? 30 : 100, tables: 3, timings: TIMINGS }),
  quiet: true,
  async inflict(stage, { brief }) {
    const doors = await Doors.open(stage);
    await doors.untilOpen("seats everywhere at first", RECOVERED_MS);
    const cast = { doors, witnesses: await Witnesses.enter(stage) };
    for (const awayMs of brief ? AWAY_MS.brief : AWAY_MS.long) {
      await goAway(stage, cast, { how: "ends", awayMs });
      await goAway(stage, cast, { how: "hangs", awayMs });
    }
    await forgetAll(stage, cast);
  },
};

export const noRedis: Trial = {
  name: "no-redis",
  does: "Redis is not there when the processes start, and comes later",
  // Who is not at the one process that has the table asks again.
  stage: () => ({ players: 6, tables: 3, timings: TIMINGS, seats: 20 }),
  async inflict(stage) {
    const doors = await Doors.open(stage);
    const witnesses = await Witnesses.enter(stage);
    await witnesses.winAt(stage.random.pick(stage.tableIds));
    await Promise.all(stage.processes.map((process) => process.kill()));
    await stage.cluster.redis.kill();
    stage.notes.inflicted("every process starts without a Redis");
    await Promise.all(stage.processes.map((process) => process.start()));
    await stage.tablesAreShared();
    await doors.untilOpenSomewhere("a seat at every table without a Redis", RECOVERED_MS);
    judge(stage, await doors.askAll());
    const areSeen = async () => (await unseen(stage, doors)).length === 0;
    await until("every table in every lobby and list", areSeen, {
      withinMs: RECOVERED_MS,
      everyMs: ASK_EVERY_MS / 2,
    });
    await witnesses.untilWins("without a Redis", RECOVERED_MS);
    await stage.cluster.redis.start();
    await expectRecovery(stage, doors, "Redis' arrival");
  },
};
