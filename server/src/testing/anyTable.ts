/** A store for tests that play at many tables: each call goes to the store of its table's lease. */
import type { Lease, LeaseStore, TableStores } from "../tables/lease.ts";
import type { TableStore } from "../tables/store.ts";

/** Takes each table's lease once, when it is first asked for. */
export function leasesOnce(leases: LeaseStore): (tableId: string) => Promise<Lease> {
  const taken = new Map<string, Promise<Lease>>();
  return (tableId) => {
    const lease = taken.get(tableId) ?? take(leases, tableId);
    taken.set(tableId, lease);
    return lease;
  };
}

async function take(leases: LeaseStore, tableId: string): Promise<Lease> {
  const [lease] = await leases.take([tableId]);
  if (lease === undefined) throw new Error(`table ${tableId} is held by somebody else`);
  return lease;
}

export function storeOfAnyTable(
  stores: TableStores,
  leaseOf: (tableId: string) => Promise<Lease>,
): TableStore {
  const opened = new Map<string, Promise<TableStore>>();
  const at = (tableId: string): Promise<TableStore> => {
    const store = opened.get(tableId) ?? leaseOf(tableId).then((lease) => stores.of(lease));
    opened.set(tableId, store);
    return store;
  };
  /** For what asks of no table in particular. */
  const any = stores.of({ tableId: "", epoch: 0 });
  return {
    prepareTable: async (config) => (await at(config.tableId)).prepareTable(config),
    openRound: async (opening) => (await at(opening.tableId)).openRound(opening),
    post: async (tableId, posting) => (await at(tableId)).post(tableId, posting),
    recall: (tableId, asked) => any.recall(tableId, asked),
    lockRound: async (locking) => (await at(locking.tableId)).lockRound(locking),
    settleRound: async (settling) => (await at(settling.tableId)).settleRound(settling),
    voidRound: async (voiding) => (await at(voiding.tableId)).voidRound(voiding),
    ping: async () => {
      for (const store of opened.values()) await (await store).ping();
    },
    lastChips: (tableId, playerId) => any.lastChips(tableId, playerId),
  };
}
