/** The durable stores of table hosts, on Postgres: one for each lease, on what all of them share. */
import { asTablesKnow, isPassing, tookTooLong } from "../db/errors.ts";
import { createTableAccounts } from "../ledger/accounts.ts";
import { ensureBankroll } from "../ledger/bankroll.ts";
import type { GroupCommitOptions } from "../ledger/groupCommit.ts";
import { GroupCommit } from "../ledger/groupCommit.ts";
import { retrying } from "../platform/retry.ts";
import type { Lease, TableStores } from "../tables/lease.ts";
import type { TableStore } from "../tables/store.ts";
import { BankProbe } from "./bankProbe.ts";
import { readHistory } from "./history.ts";
import type { PlayerReads } from "./playerReads.ts";
import { createPlayerReads } from "./playerReads.ts";
import { probeBank } from "./probe.ts";
import { lockRound, openRound, settleRound, voidRound } from "./roundLife.ts";
import { SeedVault } from "./seedVault.ts";
import { Turns } from "./turns.ts";

/** Within this the caller need not hear of a lost connection. */
const PASSING = { tries: 4, firstMs: 20, longestMs: 200 };
export interface TableStoresOptions extends GroupCommitOptions {
  /** 32 bytes. */
  readonly seedKey: Buffer;
  /** Rounds that a chain of seeds serves. */
  readonly chainLength: number;
}

/** Runs what may be repeated, until it is through or clearly cannot be now. */
async function durably<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await retrying(ask, PASSING, (error) => isPassing(error) && !tookTooLong(error));
  } catch (error) {
    throw asTablesKnow(error);
  }
}

export function createPostgresTableStores(options: TableStoresOptions): TableStores {
  const vault = new SeedVault(options);
  const commits = new GroupCommit(options);
  const reads = createPlayerReads(options.pool, durably);
  const turns = new Turns(options.pool);
  return { of: (lease) => storeOf(lease, { ...options, vault, commits, reads, turns }) };
}

interface Shared extends TableStoresOptions {
  readonly vault: SeedVault;
  readonly commits: GroupCommit;
  readonly reads: PlayerReads;
  readonly turns: Turns;
}

function storeOf(lease: Lease, shared: Shared): TableStore {
  const { pool, clock, vault, commits, reads, turns } = shared;
  const leased = { turns, lease };
  /** What the house may have to pay in a round. */
  let houseMax = 0;
  const probe = new BankProbe(() => durably(() => probeBank(pool, lease, clock.now())), clock);

  return {
    prepareTable: ({ tableId, limits }) =>
      durably(async () => {
        houseMax = limits.houseMax;
        await createTableAccounts(pool, tableId);
        await ensureBankroll(pool, { lease, houseMax, now: clock.now() });
        const history = await readHistory(leased);
        await vault.prepare(tableId, history.unfinished?.round ?? history.lastRound + 1);
        return history;
      }),

    openRound: (asked) => {
      const askedAt = clock.now();
      return durably(async () => {
        const { tableId, round } = asked;
        await ensureBankroll(pool, { lease, houseMax, now: asked.openedAt });
        const commitment = await vault.commitmentOf(tableId, round);
        // What is tried again is opened as much later.
        const opening = { ...asked, openedAt: asked.openedAt + clock.now() - askedAt };
        const openedAt = await openRound(leased, opening, commitment);
        return { commitment: commitment.toString("hex"), openedAt };
      });
    },

    post: (_, posting) => commits.post(lease, posting),

    recall: reads.recall,

    lockRound: (locking) =>
      durably(async () => {
        await lockRound(leased, locking);
        const seed = await vault.seedOf(locking.tableId, locking.round);
        return { seed: seed.toString("hex") };
      }),

    settleRound: (settling) =>
      durably(async () => ({ balances: await settleRound(leased, settling) })),

    voidRound: (voiding) =>
      durably(async () => {
        const seed = await vault.seedOf(voiding.tableId, voiding.round);
        return voidRound(leased, voiding, seed);
      }),

    ping: () => probe.answers(),

    lastChips: reads.lastChips,
  };
}
