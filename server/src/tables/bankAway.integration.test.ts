/**
 * A real bank in every mood (specification, 6): the tables of a process on a Postgres that is stopped,
 * asleep, slow, locked, full or read-only. A rejection that nobody handles fails the run by itself.
 */
import { phaseOf } from "@croupier/shared/core/table/state";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { migrate } from "../db/migrate.ts";
import { createPool, SERVER_ROLE } from "../db/pool.ts";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import { nextTurn } from "../platform/turn.ts";
import { uniform } from "../platform/uniform.ts";
import type { Players } from "../players/players.ts";
import { createPlayers } from "../players/players.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import { createPostgresTableStores } from "../rounds/tableStore.ts";
import { MainProcesses } from "../testing/mainProcess.ts";
import { clientAt, refusalOf, SLOW_TABLE, sit, untilState } from "../testing/openTestHouse.ts";
import type { OwnPostgres } from "../testing/ownPostgres.ts";
import { createOwnPostgres } from "../testing/ownPostgres.ts";
import { tableConfig } from "../testing/rounds.ts";
import { expectSoundBooks } from "../testing/soundBooks.ts";
import type { OperationReply, TableHost } from "./tableHost.ts";
import { Tables } from "./tables.ts";

/** A database and a whole server are started, on whatever machine. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CONNECTIONS = 25;
/** By the promise: play is back this long after the bank is. */
const RESUMES_MS = 3_000;
const FLOOD = 2_000;

let postgres: OwnPostgres;
/** As the owner of the tables. */
let owner: Pool;
/** As the server, whose statements may take 600 ms. */
let pool: Pool;
let pipelined: Pool;
let leases: TableLeases;
let tables: Tables;
let players: Players;
const bugs: unknown[] = [];
/** How often each table has found the bank away. */
const asked = new Map<string, number>();

beforeAll(async () => {
  postgres = await createOwnPostgres({ max_connections: String(CONNECTIONS) });
  const log = createLogger("silent");
  owner = createPool(postgres.url, log);
  await migrate(owner);
  const options = { statementMs: 600, role: SERVER_ROLE };
  pool = createPool(postgres.url, log, options);
  pipelined = createPool(postgres.url, log, { ...options, pipeline: true, most: 3 });
  // Who comes is given the time that a busy machine takes: they are not what is tried here.
  players = createPlayers({
    pool: owner,
    clock: systemClock,
    startingChips: 10_000,
    dailyChips: 1_000,
  });
  const shared = { pool, pipelined, log, clock: systemClock, seedKey: Buffer.alloc(32, 7) };
  leases = new TableLeases({ pool: pipelined, log, disconnected: () => tables.lookNow() });
  tables = new Tables({
    configs: [
      { ...tableConfig("slow"), bettingMs: 600_000 },
      { ...tableConfig("fast"), bettingMs: 100, closingMs: 50, spinningMs: 50, resultMs: 50 },
    ],
    leases,
    stores: createPostgresTableStores({ ...shared, chainLength: 100_000 }),
    clock: systemClock,
    random: uniform,
    observer: {
      turned: () => undefined,
      unavailable: (tableId) => asked.set(tableId, (asked.get(tableId) ?? 0) + 1),
      froze: (_, error) => bugs.push(error),
      leased: () => undefined,
      handedOver: () => undefined,
      unleased: (tableId) => bugs.push(`lost ${tableId}`),
      noBeat: () => undefined,
    },
  });
  await tables.open();
  await vi.waitUntil(() => phaseOf(slow().state) === "betting", { timeout: 20_000 });
});

afterAll(async () => {
  await tables?.stop();
  leases?.close();
  await pool?.end();
  await pipelined?.end();
  await owner?.end();
  await postgres?.close();
});

const host = (tableId: string): TableHost => {
  const found = tables.hosts.get(tableId);
  if (found === undefined) throw new Error(`table ${tableId} is not run`);
  return found;
};
const slow = () => host("slow");

const processes = new MainProcesses();
afterEach(() => processes.killAll());

let ada: string;
let ops = 0;
/** What was asked for, and how it was answered: the player's own log. */
let log: Map<string, OperationReply>;
beforeEach(async () => {
  ada = (await players.registerGuest({ name: "Ada" })).playerId;
  await slow().sit(ada);
  log = new Map();
});

/** One chip of Ada's on red, under a new op. */
async function bet(playerId = ada): Promise<OperationReply> {
  ops += 1;
  const op = `op-${ops}`;
  const reply = await slow().operate({ playerId, op, kind: "bet", chips: [["red", 1]] });
  log.set(op, reply);
  return reply;
}

const isAnswer = (reply: OperationReply) => "answer" in reply;
const codeOf = (reply: OperationReply) => ("refusal" in reply ? reply.refusal.code : "accepted");

/** Bets until one is refused because the bank is away. */
async function betUntilRefused(): Promise<void> {
  await expect
    .poll(async () => codeOf(await bet()), { interval: 1, timeout: 20_000 })
    .toBe("BANK_UNAVAILABLE");
}

/** The table goes on saying that it is paused, while it finds the bank away `more` times. */
async function expectStaysPaused(more: number): Promise<void> {
  const shown: string[] = [];
  const end = slow().subscribe(() => shown.push(phaseOf(slow().state)));
  const times = (asked.get("slow") ?? 0) + more;
  await expect
    .poll(() => asked.get("slow") ?? 0, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(times);
  end();
  expect([...shown, phaseOf(slow().state)]).toEqual(["paused"]);
}

/** The bank is back: in time a bet is answered, and the other table plays on. */
async function expectPlayResumes(): Promise<void> {
  const back = systemClock.now();
  const { round } = host("fast").state;
  await expect
    .poll(async () => isAnswer(await bet()), { interval: 10, timeout: 10_000 })
    .toBe(true);
  await expect
    .poll(() => host("fast").state.round, { interval: 10, timeout: 10_000 })
    .toBeGreaterThan(round);
  expect(systemClock.now() - back).toBeLessThan(RESUMES_MS);
  expect(phaseOf(slow().state)).toBe("betting");
}

/** What was acknowledged is in the ledger once, what was refused is not, and the books are sound. */
async function expectNothingLost(): Promise<void> {
  const { rows } = await owner.query<{ op: string; count: number }>(
    "SELECT op, count(*) FROM operations WHERE op = ANY($1) GROUP BY op",
    [[...log.keys()]],
  );
  const written = new Map(rows.map(({ op, count }) => [op, count]));
  const acknowledged = [...log].filter(([, reply]) => isAnswer(reply)).map(([op]) => op);
  expect(written).toEqual(new Map(acknowledged.map((op) => [op, 1])));
  expect(await players.balance(ada)).toBe(10_000 - slow().ownLayout(ada).stake);
  await expectSoundBooks(owner);
  expect(bugs).toEqual([]);
}

interface Mood {
  readonly mood: string;
  /** How often it is asked for while it lasts; 2 unless given. */
  readonly times?: number;
  /** Brings it about; answers what ends it. */
  readonly begin: () => Promise<() => Promise<void>>;
}

/** Makes every write of operations, transfers and rounds do this first. */
async function onWrites(body: string): Promise<() => Promise<void>> {
  await postgres.run(
    `CREATE FUNCTION mood() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN NULL; END $$`,
    ...["operations", "transfers", "rounds"].map(
      (table) =>
        `CREATE TRIGGER mood BEFORE INSERT OR UPDATE ON ${table}
           FOR EACH STATEMENT EXECUTE FUNCTION mood()`,
    ),
  );
  return () => postgres.run("DROP FUNCTION mood CASCADE");
}

const MOODS: readonly Mood[] = [
  ...(["fast", "immediate"] as const).map((mode) => ({
    mood: `stopped (${mode})`,
    begin: async () => {
      await postgres.stop(mode);
      return () => postgres.start();
    },
  })),
  {
    mood: "asleep: it neither answers nor ends",
    // Each time takes as long as a connection is waited for.
    times: 0,
    begin: () => postgres.sleep(),
  },
  {
    mood: "slow: its statements take too long",
    begin: () => onWrites("PERFORM pg_sleep(60)"),
  },
  // As Postgres says what the system said: a code of its own has only the first of them.
  ...[
    ["out of disk", "53100", 'could not extend file "base/5/1": No space left on device'],
    ["at the end of a quota", "XX000", 'could not extend file "base/5/1": Disk quota exceeded'],
    [
      "on a file system that became read-only",
      "42501",
      'could not open file "base/5/1": Read-only file system',
    ],
  ].map(([mood = "", code, message]) => ({
    mood,
    begin: () => onWrites(`RAISE EXCEPTION '${message}' USING ERRCODE = '${code}'`),
  })),
  {
    mood: "read-only",
    begin: async () => {
      const set = (change: string) => [`ALTER SYSTEM ${change}`, "SELECT pg_reload_conf()"];
      await postgres.run(...set("SET default_transaction_read_only = on"));
      return () => postgres.run(...set("RESET default_transaction_read_only"));
    },
  },
  {
    mood: "locked by somebody else",
    begin: async () => {
      const somebody = await postgres.session();
      await somebody.query("BEGIN");
      await somebody.query("SELECT FROM accounts ORDER BY id FOR UPDATE");
      return () => somebody.end();
    },
  },
  {
    mood: "out of connections",
    begin: async () => {
      const first = await postgres.session();
      const crowd = [first];
      const others = async () => {
        const { rows } = await first.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'croupier'",
        );
        return rows.length;
      };
      // Who was thrown out comes back for the places of the others, until there are none.
      while ((await others()) > 0) {
        const coming = Array.from({ length: CONNECTIONS }, () => postgres.session());
        for (const one of await Promise.allSettled(coming)) {
          if (one.status === "fulfilled") crowd.push(one.value);
        }
      }
      return async () => {
        await Promise.all(crowd.map((client) => client.end()));
      };
    },
  },
];

it.each(MOODS)(
  "refuses bets, pauses and comes back by itself: $mood",
  async ({ begin, times = 2 }) => {
    expect(isAnswer(await bet())).toBe(true);
    const { round, commitment } = slow().state;
    const end = await begin();
    try {
      await betUntilRefused();
      const flood = await Promise.all(Array.from({ length: FLOOD }, () => bet()));
      expect(flood.filter(isAnswer)).toEqual([]);
      await expectStaysPaused(times);
    } finally {
      await end();
    }
    await expectPlayResumes();
    expect(slow().state).toMatchObject({ round, commitment });
    await expectNothingLost();
  },
);

it("keeps every promise through a crash of the bank under many bets", async () => {
  const crowd = await Promise.all(
    Array.from({ length: 20 }, () => players.registerGuest({ name: "Ben" })),
  );
  let crashed = false;
  /** Bets until one is answered after the crash; what is refused is asked for again, as it was. */
  const play = async (playerId: string) => {
    for (let bets = 0; ; bets += 1) {
      const op = `${playerId}-${bets}`;
      const request = { playerId, op, kind: "bet", chips: [["red", 1]] } as const;
      const wasCrashed = crashed;
      let reply = await slow().operate(request);
      while (!isAnswer(reply)) {
        await untilNotPaused();
        reply = await slow().operate(request);
      }
      log.set(op, reply);
      if (wasCrashed) return;
    }
  };
  const playing = crowd.map(({ playerId }) => play(playerId));
  await expect.poll(() => log.size, { timeout: 10_000 }).toBeGreaterThan(100);
  await postgres.stop("immediate");
  await postgres.start();
  crashed = true;
  const back = systemClock.now();
  await Promise.all(playing);
  expect(systemClock.now() - back).toBeLessThan(RESUMES_MS);
  await expectNothingLost();
});

async function untilNotPaused(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (phaseOf(slow().state) !== "paused") resolve();
  };
  const end = slow().subscribe(look);
  look();
  await promise;
  end();
  // A refusal may come at once: everything else has its turn.
  await nextTurn();
}

it("leaves the whole server alive, which says what is wrong and serves again", async () => {
  const run = processes.start({
    DATABASE_URL: postgres.url,
    TABLES: JSON.stringify([{ ...SLOW_TABLE, id: "whole" }]),
  });
  const url = await run.open;
  const client = clientAt(url);
  await client.auth.signInAnonymously({ name: "Grace" });
  const room = await sit({ client }, "whole");
  const place = (op: string) => room.request("bet", { op, chips: [["red", 5]] });
  await untilState(room, ({ phase }) => phase === "betting");
  expect(await place("before")).toMatchObject({ stake: 5 });
  await postgres.stop("immediate");
  expect(await refusalOf(place("during"))).toMatchObject({ code: "BANK_UNAVAILABLE" });
  await untilState(room, ({ phase }) => phase === "paused");
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const ready = await fetch(`${url}/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { database: "failed" } });
  await postgres.start();
  const back = systemClock.now();
  await untilState(room, ({ phase }) => phase === "betting");
  expect(await place("during")).toMatchObject({ stake: 10 });
  expect(systemClock.now() - back).toBeLessThan(RESUMES_MS);
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  await room.leave();
  run.child.kill("SIGINT");
  expect(await run.ended).toBe(0);
});
