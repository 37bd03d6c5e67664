/**
 * The public reads that many ask for at once, cached beside uncached, in one run: a house of full
 * tables, and books that have run for a while. Requests go to the endpoints themselves, without a
 * socket, which would cost the same for all.
 *
 * Uncached is asked of the database. Cached is what a house of several processes does: each is asked
 * in its turn, over a Redis that all share; how often the answer was made is told beside. Of how
 * tables stand each process has a floor in memory as well, which its own tables and the others' news
 * fill: what that alone gains is told, too.
 */
import { createTable, playerAt } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import type { Reads } from "../src/cluster/readCache.ts";
import { ReadCache } from "../src/cluster/readCache.ts";
import { addressOf } from "../src/cluster/redisAddress.ts";
import { RedisConnection } from "../src/cluster/redisConnection.ts";
import { RedisHealth } from "../src/cluster/redisHealth.ts";
import { RedisReads } from "../src/cluster/sharedReads.ts";
import { readTables } from "../src/config/tables.ts";
import { migrate } from "../src/db/migrate.ts";
import { createPool } from "../src/db/pool.ts";
import { tableEndpoints } from "../src/http/api.ts";
import { createArchive } from "../src/http/records.ts";
import { systemClock } from "../src/platform/clock.ts";
import { createLogger } from "../src/platform/log.ts";
import { ownFloor } from "../src/tables/floor.ts";
import type { TableHost } from "../src/tables/tableHost.ts";
import { createOwnRedis } from "../src/testing/ownRedis.ts";
import { writeBooks } from "./audit/books.ts";
import { openBenchDatabase } from "./bank.ts";
import type { Benchmark } from "./figures.ts";
import { median } from "./measure.ts";

const TRANSFERS = 100_000;
const TABLES = 20;
const PLAYERS_AT_A_TABLE = 500;
const TURNS = 3;
const TURN_MS = 1_500;
/** Requests under way at a time. */
const AT_ONCE = 16;
const PROCESSES = 3;

const MADE_EACH_TIME: Reads = { text: async (_, load) => JSON.stringify(await load()) };

/** How tables stand, for somebody who has the database only. */
const FROM_BOOKS = `SELECT known.table_id AS "tableId", last.*,
    (SELECT jsonb_agg(pocket ORDER BY round DESC) FROM (
      SELECT pocket, round FROM rounds
      WHERE rounds.table_id = known.table_id AND status = 'settled'
      ORDER BY round DESC LIMIT 20) AS pockets) AS "lastPockets",
    coalesce((processes.players ->> known.table_id)::integer, 0) AS players
  FROM (SELECT DISTINCT table_id FROM seed_chains) AS known
    CROSS JOIN LATERAL (SELECT round, status, opened_at, locked_at, settled_at FROM rounds
      WHERE rounds.table_id = known.table_id ORDER BY round DESC LIMIT 1) AS last
    LEFT JOIN leases ON leases.table_id = known.table_id
    LEFT JOIN processes ON processes.holder = leases.holder`;

const readingBooks = (pool: Pool): Reads => ({
  text: async ({ key }, load) => {
    if (!key.startsWith("tables")) return JSON.stringify(await load());
    return JSON.stringify({ tables: (await pool.query(FROM_BOOKS)).rows });
  },
});

type Ask = (path: "api-tables" | "api-leaderboard") => Promise<Response>;

export async function benchCachedReads(): Promise<Benchmark> {
  const database = await openBenchDatabase();
  const pool = createPool(database.url, createLogger("silent"), { statementMs: 0 });
  try {
    await migrate(pool);
    await writeBooks(pool, TRANSFERS);
    await pool.query(
      `INSERT INTO players (player_id, name, created_at)
       SELECT player_id, 'Ada', now() FROM accounts WHERE kind = 'player'`,
    );
    await using house = await openHouse();
    return await measure(
      {
        books: askWith(pool, readingBooks(pool)),
        made: askWith(pool, MADE_EACH_TIME),
        cached: askWith(pool, house.reads),
      },
      house,
    );
  } finally {
    await pool.end();
    await database.close();
  }
}

interface BenchHouse extends AsyncDisposable {
  /** One process after the other. */
  readonly reads: Reads;
  /** Answers that were made, of a kind. */
  readonly made: ReadonlyMap<string, number>;
}

/** Processes that share a Redis. */
async function openHouse(): Promise<BenchHouse> {
  const redis = await createOwnRedis();
  const connections = await Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const health = new RedisHealth(createLogger("silent"), systemClock);
      const options = { address: addressOf(redis.url), health, clock: systemClock };
      const connection = new RedisConnection({ ...options, random: () => 0 });
      await health.untilOk();
      return connection;
    }),
  );
  const caches = connections.map(
    (connection) => new ReadCache({ clock: systemClock, shared: new RedisReads(connection) }),
  );
  const made = new Map<string, number>();
  let asked = 0;
  return {
    made,
    reads: {
      text: (read, load) => {
        asked += 1;
        const cache = caches[asked % PROCESSES] as ReadCache;
        return cache.text(read, () => {
          const [kind = ""] = read.key.split(":");
          made.set(kind, (made.get(kind) ?? 0) + 1);
          return load();
        });
      },
    },
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.close();
      await redis.close();
    },
  };
}

type Way = "books" | "made" | "cached";

async function measure(
  ways: Readonly<Record<Way, Ask>>,
  { made }: Pick<BenchHouse, "made">,
): Promise<Benchmark> {
  const tables = await rates("api-tables", ways);
  const leaders = await rates("api-leaderboard", { books: ways.books, cached: ways.cached });
  const seconds = ((TURNS + 1) * TURN_MS) / 1_000;
  const madeOf = (kind: string) => ({ value: (made.get(kind) ?? 0) / seconds, unit: "/s" });
  const figure = (name: string, value: number) => ({ name, value, unit: "requests/s" });
  const gain = ({ books, cached }: Readonly<Record<"books" | "cached", number>>) => ({
    value: cached / books,
    unit: "× uncached",
    atLeast: 10,
  });
  return {
    title: `Public reads of ${TABLES} tables with ${PLAYERS_AT_A_TABLE} players each, and of ${TRANSFERS} transfers, median of ${TURNS}`,
    figures: [
      figure("/api/tables, uncached", tables.books),
      figure("/api/tables, made of the floor each time", tables.made),
      figure("/api/tables, cached", tables.cached),
      { name: `/api/tables, made in a house of ${PROCESSES}`, ...madeOf("tables") },
      figure("/api/leaderboard, uncached", leaders.books),
      figure("/api/leaderboard, cached", leaders.cached),
      { name: `/api/leaderboard, made in a house of ${PROCESSES}`, ...madeOf("leaderboard") },
    ],
    bars: [
      { name: "/api/tables, cached", ...gain(tables) },
      { name: "/api/leaderboard, cached", ...gain(leaders) },
    ],
  };
}

/** Requests a second, each way; they take turns. */
async function rates<Ways extends Way>(
  path: Parameters<Ask>[0],
  ways: Readonly<Record<Ways, Ask>>,
): Promise<Record<Ways, number>> {
  const names = Object.keys(ways) as Ways[];
  const measured = new Map<Ways, number[]>(names.map((name) => [name, []]));
  for (let turn = 0; turn <= TURNS; turn += 1) {
    for (const name of names) {
      const rate = await requestsPerSecond(() => ways[name](path));
      // The first turn is for the caches and the compiler.
      if (turn > 0) measured.get(name)?.push(rate);
    }
  }
  const medians = names.map((name) => [name, median(measured.get(name) ?? [])] as const);
  return Object.fromEntries(medians) as Record<Ways, number>;
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

function askWith(pool: Pool, reads: Reads): Ask {
  const configs = readTables(
    JSON.stringify(Array.from({ length: TABLES }, (_, at) => ({ id: `table-${at + 1}` }))),
  );
  const hosts = new Map(configs.map((config) => [config.tableId, fullTable(config)]));
  const endpoints = tableEndpoints({
    tables: { configs, hosts },
    floor: ownFloor({ hosts }),
    clock: systemClock,
    archive: createArchive({ pool, clock: systemClock, leaders: async () => null }),
    players: undefined as never,
    reads,
    wins: () => [],
  });
  const request = new Request("http://localhost/");
  const asked = { params: {}, query: { period: "all" }, request, asResponse: true };
  return (path) =>
    (endpoints[path] as unknown as (asked: object) => Promise<Response>)({
      ...asked,
      headers: request.headers,
    });
}

/** What is read of a table, and nothing that runs. */
function fullTable(config: TableConfig): TableHost {
  const state = createTable(config, { lastRound: 1_000, lastPockets: Array(20).fill("17") });
  for (let number = 0; number < PLAYERS_AT_A_TABLE; number += 1) {
    playerAt(state, `player-${number}`).seated = true;
  }
  return { config, state } as TableHost;
}
