/**
 * Chips in Postgres, the way of this project beside the plain way, on the same database in one run.
 *
 * The plain way is what one would write first: one transaction for each bet, with the player's row
 * and the house's row changed in it. Both wait for the disk.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Chips } from "@croupier/shared/core/chips";
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf, entropyOf, outcomeOf } from "@croupier/shared/core/fairness";
import { returnOf, settleBets } from "@croupier/shared/core/payouts";
import { layoutOf } from "@croupier/shared/core/spots";
import type { SettledBet } from "@croupier/shared/core/table/effects";
import type { Bet, SpotKind, TableConfig } from "@croupier/shared/core/types";
import { SPOT_KINDS } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { startEmbedded } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";
import { createPool } from "../src/db/pool.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { addTransfers } from "../src/ledger/transfers.ts";
import { systemClock } from "../src/platform/clock.ts";
import { createLogger } from "../src/platform/log.ts";
import { createPostgresTableStore } from "../src/rounds/tableStore.ts";
import type { TableStore } from "../src/tables/store.ts";
import type { Benchmark } from "./figures.ts";

const PLAYERS = 1_000;
const ROUNDS = 12;
/** Of the first rounds the database's caches and plans are still cold. */
const COLD_ROUNDS = 2;
/** Bets of the plain way: enough to measure, few enough to wait for. */
const PLAIN_BETS = 1_000;
const PLAIN_CONNECTIONS = 8;
const GAME = { wheel: "european", zeroRule: "la-partage" } as const;
const MOST = asChips(1_000_000);

const TABLE: TableConfig = {
  ...GAME,
  tableId: "bench",
  name: "Bench",
  bettingMs: 1_000,
  closingMs: 1_000,
  spinningMs: 1_000,
  resultMs: 1_000,
  maxPlayers: PLAYERS,
  limits: {
    min: asChips(1),
    max: Object.fromEntries(SPOT_KINDS.map((kind) => [kind, MOST])) as Record<SpotKind, Chips>,
    playerMax: MOST,
    houseMax: asChips(50_000_000),
  },
};

interface Bank {
  readonly pool: Pool;
  readonly store: TableStore;
  readonly players: readonly string[];
}

/** Measures on a database of its own, which is gone afterwards. */
export async function benchLedger(): Promise<Benchmark> {
  const folder = await mkdtemp(join(tmpdir(), "croupier-bench-"));
  await chmod(folder, 0o711);
  const log = createLogger("silent");
  const postgres = await startEmbedded({ dataDir: folder, log });
  const pool = createPool(postgres.url, log);
  try {
    await migrate(pool);
    const seedKey = randomBytes(32);
    const store = createPostgresTableStore({
      pool,
      seedKey,
      clock: systemClock,
      log,
      chainLength: 5_000,
    });
    return await compare({ pool, store, players: await createPlayers(pool) });
  } finally {
    await pool.end();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(bank: Bank): Promise<Benchmark> {
  await bank.store.prepareTable(TABLE);
  const grouped = { post: [] as number[], settle: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { postMs, settleMs } = await playRound(bank, round);
    if (round <= COLD_ROUNDS) continue;
    grouped.post.push(postMs);
    grouped.settle.push(settleMs);
  }
  const plainSettleMs = await plainSettlement(bank);
  const plainPostMs = await plainPosting(bank);
  const settled = perSecond(PLAYERS, median(grouped.settle));
  const posted = perSecond(PLAYERS, median(grouped.post));
  const plainSettled = perSecond(PLAIN_BETS, plainSettleMs);
  const plainPosted = perSecond(PLAIN_BETS, plainPostMs);
  return {
    title: `The ledger: ${PLAYERS} players with a bet each, in a Postgres that waits for its disk`,
    figures: [
      { name: "settled through the ledger", value: settled, unit: "bets/s" },
      { name: "settled row by row", value: plainSettled, unit: "bets/s" },
      { name: "posted in groups", value: posted, unit: "operations/s" },
      { name: "posted one transaction each", value: plainPosted, unit: "operations/s" },
      { name: "one settlement, median", value: median(grouped.settle), unit: "ms" },
      { name: "posting to posting in groups", value: posted / plainPosted, unit: "times" },
    ],
    bars: [
      {
        name: "settlement to settlement row by row",
        value: settled / plainSettled,
        unit: "times",
        atLeast: 40,
      },
    ],
  };
}

const perSecond = (count: number, elapsedMs: number): number => (count / elapsedMs) * 1_000;

function median(values: readonly number[]): number {
  return (
    values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Players with a million chips each. */
async function createPlayers(pool: Pool): Promise<readonly string[]> {
  const names = Array.from({ length: PLAYERS }, (_, index) => `p${String(index).padStart(6, "0")}`);
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: number }>(
      "INSERT INTO accounts (kind, player_id) SELECT 'player', unnest($1::text[]) RETURNING id",
      [names],
    );
    const grants = rows.map(({ id }, index) => ({
      kind: "grant" as const,
      debitId: 1,
      creditId: id,
      amount: MOST,
      playerId: names[index] ?? "",
    }));
    await addTransfers(client, grants, systemClock.now());
  });
  return names;
}

/** One round through the store: every player bets at once, then all is settled at once. */
async function playRound(
  { store, players }: Bank,
  round: number,
): Promise<{ postMs: number; settleMs: number }> {
  const { tableId } = TABLE;
  const spots = layoutOf(GAME.wheel).spots;
  const bets: Bet[] = players.map((playerId, index) => {
    const { id: spot } = spots[(index * 7 + round) % spots.length] ?? { id: "red" };
    return { playerId, spot, amount: asChips(100) };
  });
  const entropy = entropyOf([]);
  const now = systemClock.now();
  await store.openRound({ ...GAME, tableId, round, entropy, clientSeeds: [], openedAt: now });
  const postMs = await timed(() =>
    Promise.all(
      bets.map(({ playerId, spot, amount }) =>
        store.post(tableId, {
          playerId,
          op: `r${round}`,
          kind: "bet",
          round,
          content: spot,
          changes: [[spot, amount]],
          stakeChange: amount,
          stakeAfter: amount,
        }),
      ),
    ),
  );
  const betsDigest = betsDigestOf(bets);
  const { seed } = await store.lockRound({ tableId, round, betsDigest, lockedAt: now });
  const pocket = outcomeOf({ tableId, round, wheel: GAME.wheel, entropy, seed });
  const settled = bets.map((bet): SettledBet => {
    const spot = layoutOf(GAME.wheel).find(bet.spot);
    if (spot === undefined) throw new Error(`no spot ${bet.spot}`);
    return { ...bet, returned: returnOf(spot, bet.amount, { pocket, ...GAME }) };
  });
  const payouts = settleBets(bets, { ...GAME, pocket });
  const settling = { tableId, round, seed, pocket, bets: settled, payouts, settledAt: now };
  const settleMs = await timed(() => store.settleRound(settling));
  return { postMs, settleMs };
}

/** The plain settlement: for each bet a transaction that changes player and house. */
async function plainSettlement({ pool, players }: Bank): Promise<number> {
  await pool.query(
    `CREATE TABLE plain_balances (id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
     CREATE TABLE plain_bets (id int PRIMARY KEY, player_id text NOT NULL, returned bigint)`,
  );
  await pool.query("INSERT INTO plain_balances VALUES ('house', 1000000000000)");
  await pool.query("INSERT INTO plain_balances SELECT unnest($1::text[]), 1000000", [players]);
  await pool.query("INSERT INTO plain_bets SELECT generate_series(0, $1 - 1), 'x'", [PLAIN_BETS]);
  return timed(() =>
    inTurn(PLAIN_BETS, (index) =>
      inTransaction(pool, async (client) => {
        await client.query("UPDATE plain_bets SET returned = 100 WHERE id = $1", [index]);
        const change = "UPDATE plain_balances SET balance = balance + $2 WHERE id = $1";
        await client.query(change, [players[index % PLAYERS], 100]);
        await client.query(change, ["house", -100]);
      }),
    ),
  );
}

/** The plain reserve: for each bet a transaction that takes the chips and writes the bet. */
async function plainPosting({ pool, players }: Bank): Promise<number> {
  return timed(() =>
    inTurn(PLAIN_BETS, (index) =>
      inTransaction(pool, async (client) => {
        const playerId = players[index % PLAYERS];
        const take = "UPDATE plain_balances SET balance = balance - 100 WHERE id = $1";
        await client.query(take, [playerId]);
        const write = "INSERT INTO plain_bets (id, player_id) VALUES ($1, $2)";
        await client.query(write, [PLAIN_BETS + index, playerId]);
      }),
    ),
  );
}

/** Runs `count` works, some at the same time as a server with as many connections would. */
async function inTurn(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: PLAIN_CONNECTIONS }, lane));
}
