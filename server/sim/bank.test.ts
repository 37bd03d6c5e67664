/** The simulator's bank keeps the promises of the real one, where the way to it has no faults. */
import type { Lease } from "../src/tables/lease.ts";
import type { TableStore } from "../src/tables/store.ts";
import { tableConfig } from "../src/testing/rounds.ts";
import { BANK_CHIPS, describeTableStore } from "../src/testing/tableStoreContract.ts";
import { Auditor } from "./auditor/auditor.ts";
import { Deadlines } from "./auditor/deadlines.ts";
import { Bank } from "./bank.ts";
import { Counts } from "./counts.ts";
import { Link } from "./link.ts";
import { termsOf } from "./process.ts";
import { Random } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import { CALM, seedsOf } from "./setting.ts";

/** More than there are tests, and more than any of them plays. */
const MANY = 50;
const ROUNDS = 100;

const nothing = () => undefined;
const numbers = Array.from({ length: MANY }, (_, index) => index + 1);
const random = new Random(1);
const scheduler = new Scheduler();
const tableIds = numbers.flatMap((number) => [`contract-${number}`, `contract-${number}-other`]);
const house = {
  tableIds,
  seeds: new Map(tableIds.map((tableId) => [tableId, seedsOf(random, ROUNDS)])),
  chips: new Map(numbers.flatMap((number) => [`a${number}`, `b${number}`]).map(withChips)),
};
/** Whatever is tried here is the bank's to judge: nobody else looks. */
const auditor = new Auditor({ ...house, houseChips: 0, seen: nothing });
const bank = new Bank({
  ...house,
  now: () => scheduler.now,
  lives: () => true,
  witness: {
    leased: nothing,
    released: nothing,
    opened: nothing,
    posted: nothing,
    locked: nothing,
    settled: nothing,
    voided: nothing,
    seen: nothing,
  },
});
const clock = { now: () => scheduler.now };
const link = new Link(
  {
    ...{ random, scheduler, auditor, bank },
    counts: new Counts(),
    deadlines: new Deadlines({ ...clock, lookIn: nothing, shownBy: () => null, seen: nothing }),
    faults: CALM,
    mood: { away: false, slow: false },
    queueing: false,
    audit: nothing,
    afterwards: nothing,
  },
  { ...clock, id: "s1", run: (act) => act(), effect: () => true },
);

function withChips(playerId: string): readonly [playerId: string, chips: number] {
  return [playerId, BANK_CHIPS];
}

/** The store of a table, under its first lease. */
const stores = new Map<string, TableStore>();

function storeOf(tableId: string): TableStore {
  const known = stores.get(tableId);
  if (known !== undefined) return known;
  const [lease] = bank.leases.take("s1", [tableId]) as [Lease];
  const store = link.store(lease, auditor.hosting(tableId, termsOf(tableConfig(tableId)), 1));
  stores.set(tableId, store);
  return store;
}

/** The answer to a call, once it and what came before it has arrived and been answered. */
function arrived<Answer>(answer: Promise<Answer>): Promise<Answer> {
  while (scheduler.next() !== "nothing");
  return answer;
}

const store: TableStore = {
  prepareTable: (config) => arrived(storeOf(config.tableId).prepareTable(config)),
  openRound: (opening) => arrived(storeOf(opening.tableId).openRound(opening)),
  post: (tableId, posting) => arrived(storeOf(tableId).post(tableId, posting)),
  recall: (tableId, asked) => arrived(storeOf(tableId).recall(tableId, asked)),
  lockRound: (locking) => arrived(storeOf(locking.tableId).lockRound(locking)),
  settleRound: (settling) => arrived(storeOf(settling.tableId).settleRound(settling)),
  voidRound: (voiding) => arrived(storeOf(voiding.tableId).voidRound(voiding)),
  ping: () => Promise.resolve(),
  lastChips: (tableId, playerId) => arrived(storeOf(tableId).lastChips(tableId, playerId)),
};
const players = house.chips.keys();

describeTableStore(() => ({
  store,
  clock,
  addPlayer: async () => players.next().value ?? "",
  balance: async (playerId) => bank.balanceOf(playerId),
}));
