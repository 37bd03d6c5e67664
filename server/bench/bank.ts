/** A database of a benchmark's own, with the ledger's tables and players who have chips. */
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asChips } from "@croupier/shared/core/chips";
import type { TableConfig } from "@croupier/shared/core/types";
import { SPOT_KINDS } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { startEmbedded } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";
import { createPool, SERVER_ROLE } from "../src/db/pool.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { addTransfers } from "../src/ledger/transfers.ts";
import { systemClock } from "../src/platform/clock.ts";
import type { Logger } from "../src/platform/log.ts";
import { createLogger } from "../src/platform/log.ts";
import { TableLeases } from "../src/rounds/tableLeases.ts";
import { createPostgresTableStores } from "../src/rounds/tableStore.ts";
import { BEAT_MS } from "../src/tables/lease.ts";
import type { TableStore } from "../src/tables/store.ts";
import { opened } from "./openThings.ts";

const CHAIN_LENGTH = 5_000;
const MOST = asChips(1_000_000_000);

export interface BenchDatabase {
  /** Stops it, and leaves nothing of it. */
  readonly close: () => Promise<void>;
  readonly url: string;
}

/**
 * A Postgres that waits until its files are where they belong, with no tables in its database yet.
 *
 * @param parent the folder that its own is made in
 */
export async function openBenchDatabase(parent = tmpdir()): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(parent, "croupier-bench-"));
  // Where root runs this, Postgres is another user, who must pass through.
  await chmod(folder, 0o711);
  const log = createLogger("silent");
  const starting = startEmbedded({ dataDir: folder, log });
  const close = opened(async () => {
    await (await starting).stop();
    await rm(folder, { recursive: true, force: true });
  });
  const { url } = await starting;
  await useLogFiles(url, log);
  return { url, close };
}

/** Linux has a file system in memory here; `TMPFS_MAGIC` tells it from a folder on a disk. */
const SHARED_MEMORY = "/dev/shm";
const TMPFS_MAGIC = 0x01021994;

/** A folder in memory; null where this machine has none. */
export async function folderInMemory(): Promise<string | null> {
  const { type } = await statfs(SHARED_MEMORY).catch(() => ({ type: 0 }));
  return type === TMPFS_MAGIC ? SHARED_MEMORY : null;
}

/** Files of the write-ahead log, 16 MiB each: more than is written between two checkpoints. */
const LOG_FILES = 20;

/**
 * Leaves the database as one that has run for a while: it uses the files of its log again. A new one
 * makes each file first, which holds every commit up for a twentieth of a second.
 */
async function useLogFiles(url: string, log: Logger): Promise<void> {
  const pool = createPool(url, log);
  try {
    for (let file = 0; file < LOG_FILES; file += 1) {
      await pool.query("SELECT pg_logical_emit_message(true, 'bench', 'one more file')");
      await pool.query("SELECT pg_switch_wal()");
    }
    await pool.query("CHECKPOINT");
  } finally {
    await pool.end();
  }
}

/** A table that takes nearly every bet. */
function benchTable(tableId: string): TableConfig {
  return {
    tableId,
    name: "Bench",
    wheel: "european",
    zeroRule: "la-partage",
    bettingMs: 1_000,
    closingMs: 1_000,
    spinningMs: 1_000,
    resultMs: 1_000,
    maxPlayers: 5_000,
    limits: {
      min: asChips(1),
      max: Object.fromEntries(
        SPOT_KINDS.map((kind) => [kind, MOST]),
      ) as TableConfig["limits"]["max"],
      playerMax: MOST,
      houseMax: MOST,
    },
  };
}

export interface Bank {
  /** As the owner of the tables. */
  readonly pool: Pool;
  readonly table: TableConfig;
  /** Of the lease of `table`, which is prepared; it works as the server's role. */
  readonly store: TableStore;
  readonly players: readonly string[];
}

export interface BankNeed {
  readonly url: string;
  readonly tableId: string;
  readonly players: number;
}

/** A table's store on the database at `url`, and players with chips; ended by `close`. */
export async function openBank(need: BankNeed): Promise<Bank & { close(): Promise<void> }> {
  const log = createLogger("silent");
  const pool = createPool(need.url, log);
  await migrate(pool);
  const serverPool = createPool(need.url, log, { role: SERVER_ROLE });
  const pipelined = createPool(need.url, log, { role: SERVER_ROLE, pipeline: true });
  const leases = new TableLeases({ pool: pipelined, log, disconnected: () => undefined });
  const seedKey = randomBytes(32);
  const stores = createPostgresTableStores({
    pool: serverPool,
    pipelined,
    seedKey,
    clock: systemClock,
    log,
    chainLength: CHAIN_LENGTH,
  });
  const table = benchTable(need.tableId);
  const [lease] = await leases.take([table.tableId]);
  if (lease === undefined) throw new Error(`table ${table.tableId} is held by somebody else`);
  const store = stores.of(lease);
  await store.prepareTable(table);
  // A table that nobody runs would be taken for a closed one by a server on the same database.
  const heart = setInterval(() => leases.renew([lease]).catch(() => undefined), BEAT_MS);
  const players = await createPlayers(pool, need);
  const close = async () => {
    clearInterval(heart);
    leases.close();
    await Promise.all([serverPool.end(), pipelined.end()]);
    await pool.end();
  };
  return { pool, table, store, players, close };
}

/** Players with plenty of chips. */
async function createPlayers(pool: Pool, need: BankNeed): Promise<readonly string[]> {
  const names = Array.from(
    { length: need.players },
    (_, index) => `${need.tableId}-${String(index).padStart(6, "0")}`,
  );
  await inTransaction(pool, async (client) => {
    const { rows: issuers } = await client.query<{ id: number }>(
      "SELECT id FROM accounts WHERE kind = 'issuer' FOR UPDATE",
    );
    const { rows } = await client.query<{ id: number }>(
      "INSERT INTO accounts (kind, player_id) SELECT 'player', unnest($1::text[]) RETURNING id",
      [names],
    );
    const grants = rows.map(({ id }, index) => ({
      kind: "grant" as const,
      debitId: issuers[0]?.id ?? 0,
      creditId: id,
      amount: 10_000_000,
      playerId: names[index] ?? "",
    }));
    await addTransfers(client, grants, systemClock.now());
  });
  return names;
}
