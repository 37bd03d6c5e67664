/**
 * The proof of the books: what must be true of chips and rounds, each looked up in the database and
 * not taken from anyone's word. Everything is read in one snapshot, so a server may go on meanwhile.
 */
import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../db/transaction.ts";
import { auditBalances } from "./balances.ts";
import type { AuditLine } from "./checks.ts";
import type { RoundHeads } from "./roundLinks.ts";
import { auditRoundLinks } from "./roundLinks.ts";
import { ROUNDS_CHECKS } from "./rounds.ts";
import { auditRounds } from "./roundsPass.ts";
import { lookUp } from "./sqlCheck.ts";
import type { Heads } from "./transfers.ts";
import { auditTransfers } from "./transfers.ts";

export interface AuditOptions {
  /** Told each line as soon as it is known. */
  readonly tell: (line: AuditLine) => void;
  /** What an earlier audit told: all that it stands for must still be there. */
  readonly since?: Since;
}

/** Where the books stand. */
export interface Since {
  /** The chains of transfers. */
  readonly heads: Heads;
  /** The chains of finished rounds. */
  readonly rounds: RoundHeads;
}

export interface Audited extends Since {
  /** All invariants hold. */
  readonly sound: boolean;
}

const NOTHING: Since = { heads: {}, rounds: {} };

const SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/** One connection may wait for what the other one still reads. */
const MAY_WAIT = "SET LOCAL idle_in_transaction_session_timeout = 0";

/**
 * Runs every check. `pool` has two connections and no limit on statements: to look through all the
 * books takes as long as they are.
 */
export function audit(pool: Pool, { tell, since = NOTHING }: AuditOptions): Promise<Audited> {
  return inTransaction(
    pool,
    async (client) => {
      let sound = true;
      const report = (line: AuditLine) => {
        sound &&= line.ok;
        tell(line);
      };
      for (const line of await auditBalances(client)) report(line);
      const { lines, heads, traces } = await auditTransfers(client, since.heads);
      for (const line of lines) report(line);
      for (const check of ROUNDS_CHECKS) report(await lookUp(client, check));
      const links = await auditRoundLinks(client, since.rounds);
      for (const line of links.lines) report(line);
      const rounds = await besides(pool, client, (other) => auditRounds([client, other], traces));
      for (const line of rounds) report(line);
      return { sound, heads, rounds: links.heads };
    },
    `${SNAPSHOT}; ${MAY_WAIT}`,
  );
}

/** Does work with one more connection that sees what `client` sees. */
async function besides<Answer>(
  pool: Pool,
  client: PoolClient,
  work: (other: PoolClient) => Promise<Answer>,
): Promise<Answer> {
  const { rows } = await client.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
  const begin = `${SNAPSHOT}; SET TRANSACTION SNAPSHOT '${rows[0]?.id}'; ${MAY_WAIT}`;
  return inTransaction(pool, work, begin);
}
