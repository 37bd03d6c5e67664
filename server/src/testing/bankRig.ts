/** A store on a test database, with players to play. */
import { randomBytes } from "node:crypto";
import { createLogger } from "../platform/log.ts";
import type { Players } from "../players/players.ts";
import { createPlayers } from "../players/players.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import { createPostgresTableStores } from "../rounds/tableStore.ts";
import type { Lease, LeaseStore, TableStores } from "../tables/lease.ts";
import { leasesOnce, storeOfAnyTable } from "./anyTable.ts";
import type { TestDatabase } from "./database.ts";
import { createTestDatabase } from "./database.ts";
import { ManualClock } from "./manualClock.ts";
import type { TableRig } from "./rounds.ts";

export const STARTING_CHIPS = 10_000;
export const DAILY_CHIPS = 1_000;

export interface BankRig extends TableRig {
  readonly leases: LeaseStore;
  readonly stores: TableStores;
  /** The table's lease, taken once. */
  readonly leaseOf: (tableId: string) => Promise<Lease>;
  readonly database: TestDatabase;
  readonly clock: ManualClock;
  readonly seedKey: Buffer;
  readonly players: Players;
}

/** A fresh database with a store on it; `chainLength` is short unless given. */
export async function createBankRig(chainLength = 5_000): Promise<BankRig> {
  const database = await createTestDatabase();
  const clock = new ManualClock();
  const { serverPool: pool, pipelined } = database;
  const seedKey = randomBytes(32);
  const log = createLogger("silent");
  const stores = createPostgresTableStores({ pool, pipelined, clock, log, seedKey, chainLength });
  const leases = new TableLeases({ pool: pipelined, log, disconnected: () => undefined });
  const leaseOf = leasesOnce(leases);
  return {
    database: {
      ...database,
      close: () => {
        leases.close();
        return database.close();
      },
    },
    clock,
    seedKey,
    players: createPlayers({
      pool,
      clock,
      startingChips: STARTING_CHIPS,
      dailyChips: DAILY_CHIPS,
    }),
    leases,
    leaseOf,
    stores,
    store: storeOfAnyTable(stores, leaseOf),
  };
}
