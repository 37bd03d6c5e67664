/**
 * `rolling`: every process is replaced, one after the other, by a newer build that has a migration
 * more; the first of them migrates while the old ones play on.
 */
import { join } from "node:path";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import { UNKNOWN_MIGRATION } from "../src/testing/newerMigrations.ts";
import { freePort } from "../src/testing/ports.ts";
import { runNode } from "../src/testing/processes.ts";
import { makeNewerBuild } from "./newerBuild.ts";
import type { Stage } from "./stage.ts";
import type { Trial } from "./trial.ts";

/** One round, and the ten seconds that a drain may take besides. */
const DRAIN_MS = 10_000;
/** Operations with old and new side by side, for each player. */
const SIDE_BY_SIDE = 3;

/** Tables are handed over between rounds. */
const SHARED_MS = 20_000;

const TIMINGS = { bettingMs: 2_500, closingMs: 200, spinningMs: 300, resultMs: 200 };
const ROUND_MS = Object.values(TIMINGS).reduce((sum, phaseMs) => sum + phaseMs);

async function replace(stage: Stage, process: ClusterProcess, build: string): Promise<void> {
  const { notes } = stage;
  const askedAt = performance.now();
  const exit = await process.drain();
  notes.inflicted("SIGTERM");
  notes.measured("drain", Math.round(performance.now() - askedAt), ROUND_MS + DRAIN_MS);
  if (exit?.code !== 0) notes.finding(`a drain ended with ${exit?.code ?? exit?.signal}`);
  await stage.everyoneIsBack();
  process.upgrade(build);
  const startedAt = performance.now();
  await process.start();
  notes.measured("start", Math.round(performance.now() - startedAt), DRAIN_MS);
  const openAt = performance.now();
  await stage.tablesAreShared();
  notes.measured("from its start to its share", Math.round(performance.now() - openAt), SHARED_MS);
  await stage.everyoneIsBack();
}

/** A process of the old build does not start on what the newer one has made of the database. */
async function expectRefusal({ database, folder, notes }: Stage): Promise<void> {
  const env = { DATABASE_URL: database.url, DATA_DIR: folder, PORT: `${await freePort()}` };
  const { code, stderr } = await runNode({ args: ["server/src/main.ts"], env });
  const refused = code === 1 && UNKNOWN_MIGRATION.test(stderr);
  if (!refused) notes.finding(`an old build on the newer schema ended with ${code}: ${stderr}`);
}

export const rolling: Trial = {
  name: "rolling",
  does: "every process is replaced by a newer build with a migration, one after the other",
  stage: ({ brief }) => ({ players: brief ? 60 : 300, tables: brief ? 3 : 6, timings: TIMINGS }),
  awayMs: 2_000,
  async inflict(stage, { brief }) {
    const build = join(stage.folder, "newer");
    makeNewerBuild(build);
    stage.build = build;
    for (const process of stage.processes) {
      await replace(stage, process, build);
      await stage.plays((brief ? 1 : SIDE_BY_SIDE) * stage.options.players);
    }
    await expectRefusal(stage);
  },
};
