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
  readonly chainLength: number;
  readonly players: Players;
}

/** A fresh database with a store on it; `chainLength` is short unless given. */
export async function createBankRig(chainLength = 5_000): Promise<BankRig> {
  return bankRigOn(await createTestDatabase(), { seedKey: randomBytes(32), chainLength });
}

/** Another house that goes on from what `backup` is, which ends with it; at `now`, in epoch milliseconds. */
export async function restoreBankRig(backup: BankRig, now: number): Promise<BankRig> {
  await backup.database.disconnect();
  return bankRigOn(await createTestDatabase(backup.database.url), { ...backup, now });
}

interface BankRigParts {
  readonly seedKey: Buffer;
  readonly chainLength: number;
  readonly now?: number;
}

function bankRigOn(database: TestDatabase, { seedKey, chainLength, now }: BankRigParts): BankRig {
  const clock = new ManualClock(now);
  const { serverPool: pool, pipelined } = database;
  const log = createLogger("silent");
  const stores = createPostgresTableStores({ pool, pipelined, clock, log, seedKey, chainLength });
  const leases = new TableLeases({ pool: pipelined, log, disconnected: () => undefined });
  const leaseOf = leasesOnce(leases);
  return {
    database: {
      ...database,
      disconnect: () => {
        leases.close();
        return database.disconnect();
      },
      close: () => {
        leases.close();
        return database.close();
      },
    },
    clock,
    seedKey,
    chainLength,
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
