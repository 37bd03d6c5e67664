/** The durable store of table hosts, on Postgres. */
import { createHash } from "node:crypto";
import { asChips } from "@croupier/shared/core/chips";
import type { ChipsOnSpots } from "@croupier/shared/core/table/inputs";
import type { Pool } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";
import { createTableAccounts } from "../ledger/accounts.ts";
import { ensureBankroll } from "../ledger/bankroll.ts";
import { GroupCommit } from "../ledger/groupCommit.ts";
import { findOperations } from "../ledger/postBatch.ts";
import { operationKey } from "../ledger/postings.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { retrying } from "../platform/retry.ts";
import type { TableStore } from "../tables/store.ts";
import { BankUnavailableError } from "../tables/store.ts";
import { readHistory } from "./history.ts";
import { lockRound, openRound, settleRound, voidRound } from "./roundLife.ts";
import { SeedVault } from "./seedVault.ts";

/** Seeds in a chain, as FAIRNESS has it. */
const CHAIN_LENGTH = 1_048_576;
/** Within this the caller need not hear of a lost connection. */
const PASSING = { tries: 4, firstMs: 20, longestMs: 200 };

export interface TableStoreOptions {
  readonly pool: Pool;
  /** 32 bytes. */
  readonly seedKey: Buffer;
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests: chains that end soon. */
  readonly chainLength?: number;
}

/** Runs what may be repeated, until it is through or clearly cannot be now. */
async function durably<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await retrying(ask, PASSING, isPassing);
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw new BankUnavailableError(`the database is not available: ${inOneLine(error)}`, {
      cause: error,
    });
  }
}

export function createPostgresTableStore(options: TableStoreOptions): TableStore {
  const { pool, clock, log } = options;
  const vault = new SeedVault({ ...options, chainLength: options.chainLength ?? CHAIN_LENGTH });
  const commits = new GroupCommit({ pool, clock, log });
  /** By table: what its house may have to pay in a round. */
  const houseMax = new Map<string, number>();

  return {
    prepareTable: ({ tableId, limits }) =>
      durably(async () => {
        houseMax.set(tableId, limits.houseMax);
        await createTableAccounts(pool, tableId);
        await ensureBankroll(pool, { tableId, houseMax: limits.houseMax, now: clock.now() });
        const history = await readHistory(pool, tableId);
        await vault.prepare(tableId, history.unfinished?.round ?? history.lastRound + 1);
        return history;
      }),

    openRound: (opening) =>
      durably(async () => {
        const { tableId, round } = opening;
        const most = houseMax.get(tableId) ?? 0;
        await ensureBankroll(pool, { tableId, houseMax: most, now: opening.openedAt });
        const commitment = await vault.commitmentOf(tableId, round);
        await openRound(pool, opening, commitment);
        return { commitment: commitment.toString("hex") };
      }),

    post: (tableId, posting) => commits.post(tableId, posting),

    recall: ({ playerId, op, content }) =>
      durably(async () => {
        const found = await findOperations(pool, [{ playerId, op }]);
        const known = found.get(operationKey(playerId, op));
        if (known === undefined) return null;
        const digest = createHash("sha256").update(content).digest();
        return { sameContent: known.content.equals(digest), answer: known.answer };
      }),

    lockRound: (locking) =>
      durably(async () => {
        await lockRound(pool, locking);
        const seed = await vault.seedOf(locking.tableId, locking.round);
        return { seed: seed.toString("hex") };
      }),

    settleRound: (settling) =>
      durably(async () => ({ balances: await settleRound(pool, settling) })),

    voidRound: (voiding) =>
      durably(async () => {
        const seed = await vault.seedOf(voiding.tableId, voiding.round);
        return voidRound(pool, voiding, seed);
      }),

    ping: () =>
      durably(async () => {
        await pool.query("SELECT 1");
      }),

    lastChips: (tableId, playerId) => durably(() => readLastChips(pool, tableId, playerId)),
  };
}

/** The player's bets of the last finished round at the table in which there were any. */
async function readLastChips(pool: Pool, tableId: string, playerId: string): Promise<ChipsOnSpots> {
  const { rows } = await pool.query<{ spot: string; amount: number }>(
    `SELECT spot, amount FROM bets
     WHERE table_id = $1 AND player_id = $2 AND round = (
       SELECT round FROM bets WHERE player_id = $2 AND table_id = $1 ORDER BY id DESC LIMIT 1)
     ORDER BY spot`,
    [tableId, playerId],
  );
  return rows.map(({ spot, amount }) => [spot, asChips(amount)] as const);
}
