/** The store that tests of hosts stand on keeps the promises of the real one. */
import { ManualClock } from "./manualClock.ts";
import { MemoryTableStore } from "./memoryTableStore.ts";
import type { Bank } from "./tableStoreContract.ts";
import { BANK_CHIPS, describeTableStore } from "./tableStoreContract.ts";

const store = new MemoryTableStore();
let players = 0;
const bank: Bank = {
  store,
  clock: new ManualClock(),
  addPlayer: async () => {
    players += 1;
    store.addPlayer(`p${players}`, BANK_CHIPS);
    return `p${players}`;
  },
  balance: async (playerId) => store.balances.get(playerId) ?? null,
};

describeTableStore(() => bank);
