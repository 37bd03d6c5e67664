/**
 * The public reads that many ask for at once, cached beside uncached, in one run: a house of three
 * processes, each with a third of the tables, and books that have run for a while. All are the same route
 * of the same endpoint; what differs is what was kept of the answer:
 *
 *   uncached      nothing: tables that run elsewhere are read from the books, as where no news of them
 *                 comes; who leads is read from Redis, with names from the database
 *   from news     (tables alone) what the others told last, in memory; the answer itself is made anew
 *   cached        the answer, over a Redis that all share; how often one was made is told beside
 *
 * Requests go to the router itself, without a socket, which would cost the same for all. Each process is
 * asked in its turn.
 */
import { createRouter } from "@colyseus/core";
import { assert } from "@croupier/shared/core/assert";
import { createTable, playerAt } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { EventDesk } from "../src/cluster/eventDesk.ts";
import type { Reads } from "../src/cluster/readCache.ts";
import { ReadCache } from "../src/cluster/readCache.ts";
import { RedisReads } from "../src/cluster/sharedReads.ts";
import { readTables } from "../src/config/tables.ts";
import { migrate } from "../src/db/migrate.ts";
import { createPool } from "../src/db/pool.ts";
import { tableEndpoints } from "../src/http/api.ts";
import { createArchive } from "../src/http/records.ts";
import { systemClock } from "../src/platform/clock.ts";
import { createLogger } from "../src/platform/log.ts";
import { standingsOf, summaryByBooks } from "../src/rounds/standings.ts";
import type { Floor, TableSummary } from "../src/tables/floor.ts";
import { ownFloor, summaryOf } from "../src/tables/floor.ts";
import type { TableHost } from "../src/tables/tableHost.ts";
import { connectToRedis } from "../src/testing/connectToRedis.ts";
import { createOwnRedis } from "../src/testing/ownRedis.ts";
import { writeBooks } from "./audit/books.ts";
import { openBenchDatabase } from "./bank.ts";
import type { Benchmark } from "./figures.ts";
import { median } from "./measure.ts";
import { opened } from "./openThings.ts";

const TRANSFERS = 100_000;
const TABLES = 20;
const PLAYERS_AT_A_TABLE = 500;
const TURNS = 3;
const TURN_MS = 1_500;
/** Requests under way at a time. */
const AT_ONCE = 16;
const PROCESSES = 3;

type Path = "/api/tables" | "/api/leaderboard?period=all";
type Ask = (path: Path) => Promise<Response>;
const WAYS = ["uncached", "from news", "cached"] as const;
type Way = (typeof WAYS)[number];

export async function benchCachedReads(): Promise<Benchmark> {
  const database = await openBenchDatabase();
  const pool = createPool(database.url, createLogger("silent"));
  const writing = createPool(database.url, createLogger("silent"), { statementMs: 0 });
  try {
    await migrate(writing);
    await writeBooks(writing, TRANSFERS);
    await writing.query(
      `INSERT INTO players (player_id, name, created_at)
       SELECT player_id, 'Ada', now() FROM accounts WHERE kind = 'player'`,
    );
    await using house = await openHouse(pool);
    return await measure(house);
  } finally {
    await pool.end();
    await writing.end();
    await database.close();
  }
}

interface BenchHouse extends AsyncDisposable {
  /** Asks one process after the other. */
  readonly ask: Readonly<Record<Way, Ask>>;
  /** Answers that were made for the cache, of a kind. */
  readonly made: ReadonlyMap<string, number>;
}

/** Processes that share a Redis, with leaderboards in it. */
async function openHouse(pool: Pool): Promise<BenchHouse> {
  const starting = createOwnRedis();
  const closeRedis = opened(async () => (await starting).close());
  const redis = await starting;
  const configs = readTables(
    JSON.stringify(Array.from({ length: TABLES }, (_, at) => ({ id: `table-${at + 1}` }))),
  );
  const made = new Map<string, number>();
  const processes = await Promise.all(
    Array.from({ length: PROCESSES }, (_, at) =>
      openProcess({ pool, url: redis.url, configs, own: thirdOf(configs, at), made }),
    ),
  );
  await processes[0]?.desk.keepBoards();
  let asked = 0;
  const asking = (way: Way): Ask => {
    return (path) => {
      asked += 1;
      return (processes[asked % PROCESSES] as BenchProcess).ask[way](path);
    };
  };
  return {
    ask: ways(asking),
    made,
    [Symbol.asyncDispose]: async () => {
      for (const { close } of processes) await close();
      await closeRedis();
    },
  };
}

interface BenchProcess {
  readonly ask: Readonly<Record<Way, Ask>>;
  readonly desk: EventDesk;
  readonly close: () => Promise<void>;
}

interface ProcessParts {
  readonly pool: Pool;
  /** Of Redis. */
  readonly url: string;
  readonly configs: readonly TableConfig[];
  /** Those of them that this process runs. */
  readonly own: readonly TableConfig[];
  /** Counts the answers that are made for the cache. */
  readonly made: Map<string, number>;
}

async function openProcess(parts: ProcessParts): Promise<BenchProcess> {
  const { pool, url, configs, own, made } = parts;
  const log = createLogger("silent");
  const clock = systemClock;
  const { connection: redis } = await connectToRedis(url);
  const desk = new EventDesk({ pool, tables: configs, clock, log, redis });
  const cache = new ReadCache({ clock, shared: new RedisReads(redis) });
  const counting: Reads = {
    text: (read, load) =>
      cache.text(read, () => {
        const [kind = ""] = read.key.split(":");
        made.set(kind, (made.get(kind) ?? 0) + 1);
        return load();
      }),
  };
  const hosts = new Map(own.map((config) => [config.tableId, fullTable(config)]));
  const asked = new Map<string, TableSummary>();
  const elsewhere = configs.filter(({ tableId }) => !hosts.has(tableId));
  const askBooks = async () => {
    const tableIds = elsewhere.map(({ tableId }) => tableId);
    for (const standing of await standingsOf(pool, tableIds)) {
      const config = elsewhere.find(({ tableId }) => tableId === standing.tableId);
      assert(config !== undefined, "the books answered what was not asked");
      const known = { players: PLAYERS_AT_A_TABLE, now: clock.now() };
      asked.set(config.tableId, summaryByBooks(config, standing, known));
    }
  };
  const news = new Map(elsewhere.map((config) => [config.tableId, summaryOf(fullTable(config))]));
  const floorOf = (others: ReadonlyMap<string, TableSummary>): Floor => {
    const { summary } = ownFloor({ hosts });
    return { summary: (tableId) => summary(tableId) ?? others.get(tableId) ?? null };
  };
  const askWith = (reads: Reads, floor: Floor): Ask => {
    const router = createRouter(
      tableEndpoints({
        tables: { configs, hosts },
        floor,
        clock,
        archive: createArchive({ pool, leaders: (period) => desk.leaders(period) }),
        players: undefined as never,
        reads,
        wins: () => desk.wins,
      }),
    );
    return (path) => router.handler(new Request(`http://localhost${path}`));
  };
  const nothingKept: Reads = {
    text: async ({ key }, load) => {
      if (key.startsWith("tables:")) await askBooks();
      return JSON.stringify(await load());
    },
  };
  const fromNews: Reads = { text: async (_, load) => JSON.stringify(await load()) };
  return {
    ask: {
      uncached: askWith(nothingKept, floorOf(asked)),
      "from news": askWith(fromNews, floorOf(news)),
      cached: askWith(counting, floorOf(news)),
    },
    desk,
    close: async () => {
      await desk.close();
      redis.close();
    },
  };
}

async function measure({ ask, made }: BenchHouse): Promise<Benchmark> {
  const tables = await rates("/api/tables", ask, WAYS);
  const leaders = await rates("/api/leaderboard?period=all", ask, ["uncached", "cached"]);
  const seconds = ((TURNS + 1) * TURN_MS) / 1_000;
  const madeOf = (kind: string) => ({ value: (made.get(kind) ?? 0) / seconds, unit: "/s" });
  const figure = (name: string, value: number) => ({ name, value, unit: "requests/s" });
  const gain = ({ uncached, cached }: Readonly<Record<Way, number>>) => ({
    value: cached / uncached,
    unit: "× uncached",
    atLeast: 10,
  });
  return {
    title: `Public reads of ${TABLES} tables with ${PLAYERS_AT_A_TABLE} players each, and of ${TRANSFERS} transfers, median of ${TURNS}`,
    figures: [
      figure("/api/tables, uncached", tables.uncached),
      figure("/api/tables, from news", tables["from news"]),
      figure("/api/tables, cached", tables.cached),
      { name: `/api/tables, made in a house of ${PROCESSES}`, ...madeOf("tables") },
      figure("/api/leaderboard, uncached", leaders.uncached),
      figure("/api/leaderboard, cached", leaders.cached),
      { name: `/api/leaderboard, made in a house of ${PROCESSES}`, ...madeOf("leaderboard") },
    ],
    bars: [
      { name: "/api/tables, cached", ...gain(tables) },
      { name: "/api/leaderboard, cached", ...gain(leaders) },
    ],
  };
}

/** Requests a second, each of the ways; they take turns. */
async function rates(
  path: Path,
  ask: Readonly<Record<Way, Ask>>,
  asked: readonly Way[],
): Promise<Readonly<Record<Way, number>>> {
  const measured = ways((): number[] => []);
  for (let turn = 0; turn <= TURNS; turn += 1) {
    for (const way of asked) {
      const rate = await requestsPerSecond(() => ask[way](path));
      // The first turn is for the caches and the compiler.
      if (turn > 0) measured[way].push(rate);
    }
  }
  return ways((way) => median(measured[way]));
}

async function requestsPerSecond(ask: () => Promise<Response>): Promise<number> {
  const startedAt = performance.now();
  const until = startedAt + TURN_MS;
  let answered = 0;
  const askOn = async (): Promise<void> => {
    while (performance.now() < until) {
      const response = await ask();
      const text = await response.text();
      if (response.status !== 200 || text.length < 100) throw new Error(`no answer: ${text}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  return (answered * 1_000) / (performance.now() - startedAt);
}

const ways = <Value>(of: (way: Way) => Value): Readonly<Record<Way, Value>> =>
  Object.fromEntries(WAYS.map((way) => [way, of(way)])) as Record<Way, Value>;

const thirdOf = (configs: readonly TableConfig[], process: number): readonly TableConfig[] =>
  configs.filter((_, at) => at % PROCESSES === process);

/** What is read of a table, and nothing that runs. */
function fullTable(config: TableConfig): TableHost {
  const state = createTable(config, { lastRound: 1_000, lastPockets: Array(20).fill("17") });
  for (let number = 0; number < PLAYERS_AT_A_TABLE; number += 1) {
    playerAt(state, `player-${number}`).seated = true;
  }
  return { config, state } as TableHost;
}
