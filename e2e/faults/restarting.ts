/** `postgres`: the database crashes under load and comes back; the server lives through it. */
import { setTimeout as pause } from "node:timers/promises";
import type { House } from "./house.ts";
import type { Run, Scale, Suite } from "./run.ts";

/** Play goes on this soon after the database takes connections again. */
const RESUMES_MS = 3_000;
const MOST_BETS = 100;
const BETS_MS = 30_000;
/** How long the database stays away: next to nothing, and longer than anything waits inside. */
const AWAY_MS = { restart: 0, short: 1_500, long: 12_000 } as const;
type Absence = keyof typeof AWAY_MS;

const BRIEF: readonly Absence[] = ["restart", "short"];
const LONG: readonly Absence[] = [
  ...Array.from({ length: 8 }, () => ["restart", "short"] as const).flat(),
  "long",
  "long",
];

async function crashOnce(run: Run, house: House, absence: Absence): Promise<void> {
  await run.crowd.accepts(run.random.whole(1, MOST_BETS), BETS_MS);
  await run.database.crash();
  run.inflicted(`the database crashes (${absence})`);
  if (absence !== "restart") {
    await pause(AWAY_MS[absence]);
    await expectAway(run, house);
  }
  const since = await run.database.recover();
  await run.measure("from the database's return to the next bet", {
    since,
    url: house.url,
    mostMs: RESUMES_MS,
  });
}

/** The server lives, says that it is not ready, and acknowledges nothing. */
async function expectAway(run: Run, house: House): Promise<void> {
  const health = await fetch(`${house.url}/health`);
  if (!health.ok) run.finding(`/health is ${health.status} while the database is away`);
  if (await house.isReady()) run.finding("/ready says ready while the database is away");
}

export const restarting: Suite = {
  name: "postgres",
  does: "the database crashes and recovers under load",
  async inflict(run: Run, { brief }: Scale) {
    const house = await run.house();
    await house.start();
    await run.play(house.url);
    for (const absence of brief ? BRIEF : LONG) await crashOnce(run, house, absence);
    await run.everyoneIsBack();
  },
};
