/** `postgres`: the database crashes under load and comes back; the server lives through it. */
import { setTimeout as pause } from "node:timers/promises";
import { bugsOf, expectNoBugs } from "./bugs.ts";
import { isReady } from "./house.ts";
import type { Suite } from "./run.ts";
import type { Stage } from "./stage.ts";

/** Play goes on this soon after the database takes connections again. */
const RESUMES_MS = 3_000;
const MOST_BETS = 100;
/** How long the database stays away: next to nothing, and longer than anything waits inside. */
const AWAY_MS = { restart: 0, short: 1_500, long: 12_000 } as const;
type Absence = keyof typeof AWAY_MS;

const BRIEF: readonly Absence[] = ["restart", "short"];
const LONG: readonly Absence[] = [
  ...Array.from({ length: 8 }, () => ["restart", "short"] as const).flat(),
  "long",
  "long",
];

async function crashOnce(stage: Stage, absence: Absence): Promise<void> {
  await stage.plays(stage.random.whole(1, MOST_BETS));
  await stage.database.crash();
  stage.notes.inflicted(`the database crashes (${absence})`);
  if (absence !== "restart") {
    await pause(AWAY_MS[absence]);
    await expectAway(stage);
  }
  const since = await stage.database.recover();
  await stage.measure("from the database's return to the next bet", since, RESUMES_MS);
}

/** The server lives, and says that it is not ready: each of its processes. */
async function expectAway({ house, notes }: Stage): Promise<void> {
  for (const url of house.processUrls) {
    const health = await fetch(`${url}/health`);
    if (!health.ok) notes.finding(`/health is ${health.status} while the database is away`);
    if (await isReady(url)) notes.finding("/ready says ready while the database is away");
  }
}

export const restarting: Suite = {
  name: "postgres",
  does: "the database crashes and recovers under load",
  async inflict(stage, { brief }) {
    const before = bugsOf(stage);
    for (const absence of brief ? BRIEF : LONG) await crashOnce(stage, absence);
    // That the database is away passes: no table starts again because of it.
    expectNoBugs(stage, before);
  },
};
