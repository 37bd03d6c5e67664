/**
 * How long a bet waits for its acknowledgement at half of a server's capacity, beside what it cannot
 * be quicker than: an echo over the same connections, and one commit of what the server gathered into
 * one. Both of these are taken together and under the same load: as many echoes a second as there were
 * bets, and the very commits that the server made, one at a time, in the same database.
 *
 * Capacity is the rate that the crowd reaches when everyone sends the next bet once the last one is
 * answered. Server, database and crowd share the processors, as they would on a small machine.
 *
 * A disk that is shared with others stands still now and then, whoever writes to it: that is one long
 * commit among hundreds, but a long time for every bet that comes meanwhile. What the server itself adds
 * shows in the same again with the database's files in memory.
 */
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { assert } from "@croupier/shared/core/assert";
import type { Pool } from "pg";
import type { Bank } from "./bank.ts";
import { folderInMemory, openBank, openBenchDatabase } from "./bank.ts";
import type { Crowd } from "./crowd/crowd.ts";
import { gatherCrowd } from "./crowd/crowd.ts";
import type { LoopAnswer } from "./crowd/orders.ts";
import { assertAccepted } from "./crowd/orders.ts";
import type { Benchmark } from "./figures.ts";
import { openStoreRound, postingsOf } from "./ledger/posted.ts";
import { planRound } from "./ledger/round.ts";
import { median, quantile, timed } from "./measure.ts";
import { startServer } from "./serverProcess.ts";

/** As many as may ask for more than the server can do: a player's requests are limited to 20 a second. */
const PLAYERS = 600;
const WARM_MS = 8_000;
const CAPACITY_MS = 3_000;
/** Until everyone may ask as often as they like again. */
const PAUSE_MS = 2_000;
/** A load's first half second is not counted: what was idle until then is slower than it will be. */
const LOAD_WARM_MS = 500;
/** Short, and many of them: a disturbance from elsewhere decides about few, and not about their median. */
const LOAD_MS = 1_500;
const LOADS = 5;
/** Each has a capacity of its own, and is a round: a player's operations in one are limited to 500. */
const ROUNDS = 5;
/** Commits with nothing else going on, for comparison. */
const COMMITS_ALONE = 100;
const COMMITS_ALONE_MS = 500;
const WHOLE_LOAD_MS = 2 * (LOAD_WARM_MS + LOAD_MS) + COMMITS_ALONE_MS;
const LEAST_MS = CAPACITY_MS + PAUSE_MS + LOADS * WHOLE_LOAD_MS;
/** What is in flight at the end of a load is answered within it. */
const SLACK_MS = 1_000;
/** Of one player's chips in a round, in all: more than the crowd ever bets. */
const PLENTY = 1_000_000;
const TABLE = {
  id: "bench",
  bettingMs: LEAST_MS + 5_000,
  closingMs: 1_000,
  spinningMs: 1_000,
  resultMs: 1_000,
  maxPlayers: PLAYERS,
  limits: { max: { straight: PLENTY, split: PLENTY }, playerMax: PLENTY, houseMax: 1_000_000_000 },
};

export interface AcksNeed {
  readonly transport: "uws" | "ws";
  /** What the database's files are on. */
  readonly files: "disk" | "memory";
}

/** One load at half of the capacity that there was right before, in milliseconds. */
interface Sample {
  /** Operations a second. */
  readonly capacity: number;
  readonly ackP50: number;
  readonly ackP99: number;
  readonly echoP99: number;
  /** Operations that one commit had, on average. */
  readonly batch: number;
  readonly commitP99: number;
  readonly commitAloneP50: number;
}

/** Null where this machine cannot do what is needed: uWebSockets.js does not load, or there is no file system in memory. */
export async function benchAcks({ transport, files }: AcksNeed): Promise<Benchmark | null> {
  if (transport === "uws" && !(await loadsUws())) return null;
  const folder = files === "disk" ? tmpdir() : await folderInMemory();
  if (folder === null) return null;
  const samples = await measure(transport, folder);
  const of = (pick: (sample: Sample) => number): number => median(samples.map(pick));
  return {
    title:
      `Acknowledgements at half of capacity: ${PLAYERS} players at one table over ${transport}, ` +
      `the database on ${files}, medians of ${samples.length} loads`,
    figures: [
      { name: "capacity", value: of(({ capacity }) => capacity), unit: "operations/s" },
      { name: "acknowledged, p50", value: of(({ ackP50 }) => ackP50), unit: "ms" },
      { name: "acknowledged, p99", value: of(({ ackP99 }) => ackP99), unit: "ms" },
      { name: "echo, p99", value: of(({ echoP99 }) => echoP99), unit: "ms" },
      { name: "operations a commit", value: of(({ batch }) => batch), unit: "" },
      { name: "one such commit, p99", value: of(({ commitP99 }) => commitP99), unit: "ms" },
      {
        name: "one with nothing else going on, p50",
        value: of(({ commitAloneP50 }) => commitAloneP50),
        unit: "ms",
      },
    ],
    bars: [
      {
        name: "acknowledged to echo and commit, p99",
        value: of(({ ackP99, echoP99, commitP99 }) => ackP99 / (echoP99 + commitP99)),
        unit: "times",
        atMost: 2,
      },
    ],
  };
}

async function loadsUws(): Promise<boolean> {
  return import("uWebSockets.js").then(
    () => true,
    () => false,
  );
}

async function measure(
  transport: AcksNeed["transport"],
  folder: string,
): Promise<readonly Sample[]> {
  const database = await openBenchDatabase(folder);
  try {
    const env = {
      DATABASE_URL: database.url,
      TABLES: JSON.stringify([TABLE]),
      STARTING_CHIPS: String(PLENTY),
      TRANSPORT: transport,
    };
    const server = await startServer({ env });
    try {
      const bank = await openBank({ url: database.url, tableId: "commits", players: PLAYERS });
      const crowd = await gatherCrowd({ url: server.url, tableIds: [TABLE.id], players: PLAYERS });
      try {
        return await load(crowd, bank);
      } finally {
        await crowd.leave();
        await bank.close();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await database.close();
  }
}

/** What is compared follows one another closely: this machine is not as quick at all times. */
async function load(crowd: Crowd, bank: Bank): Promise<readonly Sample[]> {
  const commit = await openCommits(bank);
  let { round } = await crowd.awaitRound({ type: "await-betting", leastMs: WARM_MS, after: 0 });
  await crowd.loop({ type: "closed-loop", forMs: WARM_MS });
  const samples: Sample[] = [];
  for (let played = 0; played < ROUNDS; played += 1) {
    const next = { type: "await-betting", leastMs: LEAST_MS, after: round } as const;
    const betting = await crowd.awaitRound(next);
    ({ round } = betting);
    const capacity = perSecond(await crowd.loop({ type: "closed-loop", forMs: CAPACITY_MS }));
    await wait(PAUSE_MS);
    // A disk that is slow just then makes fewer of them before no more bets are taken.
    const lastFrom = betting.phaseEndsAt - WHOLE_LOAD_MS - SLACK_MS;
    for (let made = 0; made < LOADS && Date.now() < lastFrom; made += 1) {
      samples.push(await loadOnce({ crowd, bank, commit, capacity }));
    }
  }
  return samples;
}

interface LoadNeed {
  readonly crowd: Crowd;
  readonly bank: Bank;
  /** Times a commit of so many operations, in milliseconds. */
  readonly commit: (size: number) => Promise<number>;
  /** Operations a second. */
  readonly capacity: number;
}

async function loadOnce({ crowd, bank, commit, capacity }: LoadNeed): Promise<Sample> {
  const open = {
    type: "open-loop",
    perSecond: capacity / 2,
    warmMs: LOAD_WARM_MS,
    forMs: LOAD_MS,
  } as const;
  const acks = await crowd.loop({ ...open, load: "bet" });
  const made = await commitsOf(bank.pool, acks);
  const batch = made.reduce((sum, { size }) => sum + size, 0) / made.length;
  const [echoes, commits] = await Promise.all([
    crowd.loop({ ...open, load: "time" }),
    wait(LOAD_WARM_MS).then(() => repeatCommits(made, commit)),
  ]);
  assertAccepted(acks, echoes);
  const alone: number[] = [];
  while (alone.length < COMMITS_ALONE) alone.push(await commit(Math.round(batch)));
  return {
    capacity,
    ackP50: median(acks.latencies),
    ackP99: quantile(acks.latencies, 0.99),
    echoP99: quantile(echoes.latencies, 0.99),
    batch,
    commitP99: quantile(commits, 0.99),
    commitAloneP50: median(alone),
  };
}

const perSecond = ({ answered, from, until }: LoopAnswer): number =>
  (1_000 * answered) / (until - from);

interface Commit {
  /** Milliseconds after the first one. */
  readonly dueMs: number;
  readonly size: number;
}

/** What the server committed meanwhile. Rows of one transaction have one `xmin`. */
async function commitsOf(pool: Pool, { from, until }: LoopAnswer): Promise<readonly Commit[]> {
  const { rows } = await pool.query<Commit>(
    `SELECT count(*) AS size,
       1000 * extract(epoch FROM min(posted_at) - min(min(posted_at)) OVER ())::float8 AS "dueMs"
     FROM operations WHERE table_id = $1 AND posted_at BETWEEN $2 AND $3
     GROUP BY xmin::text ORDER BY 2`,
    [TABLE.id, new Date(from), new Date(until)],
  );
  if (rows.length === 0) throw new Error("the server committed nothing");
  return rows;
}

/** The same commits again, as large and as fast one after another; in milliseconds each. */
async function repeatCommits(
  commits: readonly Commit[],
  commit: (size: number) => Promise<number>,
): Promise<readonly number[]> {
  const times: number[] = [];
  const from = performance.now();
  for (const { dueMs, size } of commits) {
    const earlyMs = from + dueMs - performance.now();
    if (earlyMs > 0) await wait(earlyMs);
    times.push(await commit(size));
  }
  return times;
}

/** Answers what times a commit of so many operations, of other players each time, in milliseconds. */
async function openCommits(bank: Bank): Promise<(size: number) => Promise<number>> {
  const { store, table, players } = bank;
  const planned = planRound(1, { wheel: table.wheel, players, batches: 1, spotsPerAsk: 1 });
  await openStoreRound(bank, planned);
  const bets = postingsOf(planned).flat();
  let made = 0;
  const nextBet = () => {
    const bet = bets[made % bets.length];
    assert(bet !== undefined, "a bank without players");
    made += 1;
    return { ...bet, op: `c${made}` };
  };
  return (size) => {
    const batch = Array.from({ length: size }, nextBet);
    return timed(() => Promise.all(batch.map((bet) => store.post(table.tableId, bet))));
  };
}
