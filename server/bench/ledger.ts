/**
 * Chips in Postgres, the way of this project beside the plain way, on the same database in one run.
 *
 * The plain way is what one would write first: one transaction for each bet, with the same books:
 * the bet's row, a transfer, the player's balance and the house's. Both wait for the disk.
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
import type { Pool, PoolClient } from "pg";
import { startEmbedded } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";
import { createPool } from "../src/db/pool.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { addTransfers } from "../src/ledger/transfers.ts";
import { systemClock } from "../src/platform/clock.ts";
import { createLogger } from "../src/platform/log.ts";
import { TableLeases } from "../src/rounds/tableLeases.ts";
import { createPostgresTableStores } from "../src/rounds/tableStore.ts";
import type { TableStore } from "../src/tables/store.ts";
import type { Benchmark } from "./figures.ts";

const PLAYERS = 1_000;
/** Spots that a player has chips on, laid in one batch. */
const SPOTS = 4;
const BETS = PLAYERS * SPOTS;
const ROUNDS = 12;
/** Of the first rounds the database's caches and plans are still cold. */
const COLD_ROUNDS = 2;
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
    const stores = createPostgresTableStores({
      pool,
      seedKey,
      clock: systemClock,
      log,
      chainLength: 5_000,
    });
    const leases = new TableLeases({ pool, log, disconnected: () => undefined });
    const [lease] = await leases.take([TABLE.tableId]);
    leases.close();
    if (lease === undefined) throw new Error("the table is held by somebody else");
    const store = stores.of(lease);
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
  let bets: readonly SettledBet[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { postMs, settleMs, settled } = await playRound(bank, round);
    bets = settled;
    if (round <= COLD_ROUNDS) continue;
    grouped.post.push(postMs);
    grouped.settle.push(settleMs);
  }
  const plainPostMs = await plainPosting(bank, bets);
  const plainSettleMs = await plainSettlement(bank, bets);
  const settled = perSecond(BETS, median(grouped.settle));
  const posted = perSecond(BETS, median(grouped.post));
  const plainSettled = perSecond(BETS, plainSettleMs);
  const plainPosted = perSecond(BETS, plainPostMs);
  return {
    title: `The ledger: ${PLAYERS} players with chips on ${SPOTS} spots each, in a Postgres that waits for its disk`,
    figures: [
      { name: "settled through the ledger", value: settled, unit: "bets/s" },
      { name: "settled row by row", value: plainSettled, unit: "bets/s" },
      { name: "posted in groups", value: posted, unit: "bets/s" },
      { name: "posted row by row", value: plainPosted, unit: "bets/s" },
      { name: "one settlement, median", value: median(grouped.settle), unit: "ms" },
      { name: "posting in groups to row by row", value: posted / plainPosted, unit: "times" },
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
): Promise<{ postMs: number; settleMs: number; settled: readonly SettledBet[] }> {
  const { tableId } = TABLE;
  const spots = layoutOf(GAME.wheel).spots;
  const layouts = players.map((playerId, index) =>
    Array.from({ length: SPOTS }, (_, place): Bet => {
      const { id: spot } = spots[(index * 7 + place * 11 + round) % spots.length] ?? { id: "red" };
      return { playerId, spot, amount: asChips(100) };
    }),
  );
  const bets = layouts.flat();
  const stake = asChips(100 * SPOTS);
  const entropy = entropyOf([]);
  const now = systemClock.now();
  await store.openRound({ ...GAME, tableId, round, entropy, clientSeeds: [], openedAt: now });
  const postMs = await timed(() =>
    Promise.all(
      layouts.map((layout, index) =>
        store.post(tableId, {
          playerId: players[index] ?? "",
          op: `r${round}`,
          kind: "bet",
          round,
          content: layout.map(({ spot }) => spot).join(),
          changes: layout.map(({ spot, amount }) => [spot, amount] as const),
          stakeChange: stake,
          stakeAfter: stake,
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
  return { postMs, settleMs, settled };
}

/** The plain reserve: for each bet a transaction that takes the chips and writes bet and transfer. */
async function plainPosting({ pool, players }: Bank, bets: readonly SettledBet[]): Promise<number> {
  await pool.query(
    `CREATE TABLE plain_balances (id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
     CREATE TABLE plain_bets (player_id text, spot text, amount bigint NOT NULL, returned bigint,
       PRIMARY KEY (player_id, spot));
     CREATE TABLE plain_transfers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       player_id text NOT NULL, amount bigint NOT NULL)`,
  );
  await pool.query("INSERT INTO plain_balances VALUES ('house', 1000000000000)");
  await pool.query("INSERT INTO plain_balances SELECT unnest($1::text[]), 1000000", [players]);
  return timed(() =>
    inTurn(bets, ({ playerId, spot, amount }) =>
      inTransaction(pool, async (client) => {
        await client.query("INSERT INTO plain_bets VALUES ($1, $2, $3)", [playerId, spot, amount]);
        await plainTransfer(client, playerId, -amount);
      }),
    ),
  );
}

/** The plain settlement: for each bet a transaction that pays it, or collects it, at the house. */
async function plainSettlement({ pool }: Bank, bets: readonly SettledBet[]): Promise<number> {
  const settle = "UPDATE plain_bets SET returned = $3 WHERE player_id = $1 AND spot = $2";
  const house = "UPDATE plain_balances SET balance = balance + $1 WHERE id = 'house'";
  return timed(() =>
    inTurn(bets, ({ playerId, spot, amount, returned }) =>
      inTransaction(pool, async (client) => {
        await client.query(settle, [playerId, spot, returned]);
        await plainTransfer(client, playerId, returned);
        await client.query(house, [amount - returned]);
      }),
    ),
  );
}

async function plainTransfer(client: PoolClient, playerId: string, amount: number): Promise<void> {
  if (amount === 0) return;
  const change = "UPDATE plain_balances SET balance = balance + $2 WHERE id = $1";
  await client.query(change, [playerId, amount]);
  const write = "INSERT INTO plain_transfers (player_id, amount) VALUES ($1, $2)";
  await client.query(write, [playerId, amount]);
}

/** Works through `items`, some at the same time as a server with as many connections would. */
async function inTurn<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: PLAIN_CONNECTIONS }, lane));
}
