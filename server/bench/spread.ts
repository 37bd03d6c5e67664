/**
 * What several processes behind one address carry, beside one process behind the same address: a
 * crowd at six tables who send their next bet as soon as the last one is answered.
 *
 * Clusters of either size come and go in turn, so that what else the machine does meets both.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../src/platform/freePort.ts";
import { gatherCrowd } from "./crowd/crowd.ts";
import type { Benchmark } from "./figures.ts";
import { median } from "./measure.ts";
import { startProgram } from "./program.ts";

const SIZES = [1, 3] as const;
const REPEATS = 3;
const PLAYERS = 300;
const WARM_MS = 4_000;
const LOAD_MS = 8_000;
/** Of one player's chips in a round, in all: more than the crowd ever bets. */
const PLENTY = 1_000_000;
const TABLE_IDS = ["one", "two", "three", "four", "five", "six"] as const;
const TABLES = TABLE_IDS.map((id) => ({
  id,
  bettingMs: WARM_MS + LOAD_MS + 60_000,
  maxPlayers: PLAYERS,
  limits: { max: { straight: PLENTY, split: PLENTY }, playerMax: PLENTY, houseMax: 1_000_000_000 },
}));
/** From so many processors on, more processes are to carry more; else they must not cost much. */
const ENOUGH_PROCESSORS = 6;
const [MORE, NO_LESS] = [1.8, 0.9];

export async function benchSpread(): Promise<Benchmark> {
  const rates = new Map<number, number[]>(SIZES.map((size) => [size, []]));
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const size of SIZES) rates.get(size)?.push(await operationsPerSecond(size));
  }
  const [one = 0, three = 0] = SIZES.map((size) => median(rates.get(size) ?? []));
  const cores = availableParallelism();
  return {
    title: `Processes behind one address: ${PLAYERS} players at ${TABLE_IDS.length} tables on ${cores} processors, medians of ${REPEATS}`,
    figures: [
      { name: "one process", value: one, unit: "operations/s" },
      { name: "three processes", value: three, unit: "operations/s" },
    ],
    bars: [
      {
        name: "three processes to one",
        value: three / one,
        unit: "times",
        atLeast: cores >= ENOUGH_PROCESSORS ? MORE : NO_LESS,
      },
    ],
  };
}

async function operationsPerSecond(processes: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "croupier-bench-"));
  const port = await freePort();
  const cluster = startProgram({
    file: "e2e/cluster/main.ts",
    args: ["--processes", `${processes}`, "--port", `${port}`],
    env: {
      DATA_DIR: folder,
      TABLES: JSON.stringify(TABLES),
      STARTING_CHIPS: `${PLENTY}`,
      LOG_LEVEL: "warn",
    },
  });
  try {
    const [, url = ""] = await cluster.sees(/Croupier is open: (http:\S+)/);
    const crowd = await gatherCrowd({ url, tableIds: TABLE_IDS, players: PLAYERS });
    try {
      await crowd.loop({ type: "closed-loop", forMs: WARM_MS });
      const { answered, from, until } = await crowd.loop({ type: "closed-loop", forMs: LOAD_MS });
      return (1_000 * answered) / (until - from);
    } finally {
      await crowd.leave();
    }
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
