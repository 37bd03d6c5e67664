/** R8, R9: nobody runs the table until its betting time is over. */
import { setTimeout as pause } from "node:timers/promises";
import type { Sight } from "./prober.ts";
import type { Stage } from "./stage.ts";
import { tablesWith } from "./stage.ts";
import { OverdueError } from "./wait.ts";

export interface LeftAlone {
  readonly row: "R8" | "R9";
  readonly bettingMs: number;
}

/** How much longer than the betting time nobody is there. */
const LONGER_MS = 1_000;
/** From the start of the whole house to the next acknowledged bet. */
const STARTED_MS = 20_000;
/** The window of a round that goes on, where the whole betting time is not shorter. */
const LEAST_WINDOW_MS = 5_000;
/** The round is open still when the prober's bet in it is known of and the server dies. */
const LEFT_MS = 300;
const STANDS_MS = 30_000;
const OPERATIONS = 80;
const LOOK_MS = 100;

interface OpenRound {
  readonly round: number;
  readonly commitment: string;
  readonly entropy: string;
}

/** The server dies in an open round, and the next one finds it when its betting time is long over. */
export async function leaveAlone(
  stage: Stage,
  left: LeftAlone,
  more: readonly string[],
): Promise<void> {
  const { row, bettingMs } = left;
  const { house, notes, prober } = stage;
  await house.restart({ tables: tablesWith(more, { bettingMs }) });
  await stage.plays(OPERATIONS);
  const stoodIn = await prober.standsIn(house.url, LEFT_MS, STANDS_MS);
  await (house.isShared ? house.killAll() : house.kill());
  notes.inflicted(`crash at ${row}`);
  const open = await openRound(stage);
  if (open?.round !== stoodIn) notes.finding(`at ${row} round ${stoodIn} is not the open one`);
  await pause(bettingMs + LONGER_MS);
  const since = Date.now();
  const epoch = await epochOf(stage);
  house.launch();
  const [untaken] = await Promise.all([untilTaken(stage, epoch), house.opened()]);
  const seen = await prober.looks(house.url, STANDS_MS);
  await stage.measure("from a start after the betting time to the next bet", since, STARTED_MS);
  if (open !== undefined) await expectSameRound(stage, left, { open, seen, untaken });
}

async function openRound({ database, tableIds: [tableId] }: Stage): Promise<OpenRound | undefined> {
  const [open] = await database.ask<OpenRound>(
    `SELECT round::integer AS round, encode(commitment, 'hex') AS commitment, entropy FROM rounds
     WHERE table_id = '${tableId}' AND status = 'open'`,
  );
  return open;
}

async function epochOf({ database, tableIds: [tableId] }: Stage): Promise<number> {
  const [lease] = await database.ask<{ epoch: number }>(
    `SELECT epoch::integer AS epoch FROM leases WHERE table_id = '${tableId}'`,
  );
  return lease?.epoch ?? 0;
}

/**
 * The last moment at which nobody had taken the table over since `epoch`, in epoch milliseconds. A
 * program's start can take longer than the window that it is to give.
 */
async function untilTaken(stage: Stage, epoch: number): Promise<number> {
  for (let last = Date.now(), until = last + STANDS_MS; Date.now() < until; await pause(LOOK_MS)) {
    const asked = Date.now();
    if ((await epochOf(stage)) > epoch) return last;
    last = asked;
  }
  throw new OverdueError(`nobody took the table over within ${STANDS_MS} ms`);
}

/** The round goes on as it was, and takes bets for 5 s, or its whole betting time where that is less. */
async function expectSameRound(
  stage: Stage,
  { row, bettingMs }: LeftAlone,
  { open, seen, untaken }: { open: OpenRound; seen: Sight; untaken: number },
): Promise<void> {
  const found = (what: string): void =>
    stage.notes.finding(`at ${row} round ${open.round} ${what}`);
  const least = Math.min(bettingMs, LEAST_WINDOW_MS);
  // Who is late, on a busy machine, sees it closing, or a later one: the books tell of it all the same.
  if (seen.round === open.round && seen.phase === "betting") {
    const { commitment, entropy, stake, phaseEndsAt } = seen;
    const same = commitment === open.commitment && entropy === open.entropy;
    if (!same) found(`goes on with commitment ${commitment} and entropy ${entropy}`);
    if (stake < 1) found("goes on without the prober's stake");
    const left = phaseEndsAt - untaken;
    if (left < least) found(`announces its end ${left} ms after it was taken over, not ${least}`);
  }
  const window = (await lockedAt(stage, open)) - untaken;
  if (window < least) found(`took bets until ${window} ms after it was taken over, not ${least}`);
}

/** When the round took no more bets, in epoch milliseconds. */
async function lockedAt(
  { database, tableIds: [tableId] }: Stage,
  open: OpenRound,
): Promise<number> {
  for (const until = Date.now() + STANDS_MS; Date.now() < until; await pause(LOOK_MS)) {
    const [ended] = await database.ask<{ at: number | null }>(
      `SELECT (extract(epoch FROM locked_at) * 1000)::float8 AS at FROM rounds
       WHERE table_id = '${tableId}' AND round = ${open.round}`,
    );
    if (typeof ended?.at === "number") return ended.at;
  }
  throw new OverdueError(`round ${open.round} took bets for ${STANDS_MS} ms more`);
}
