/**
 * The chain of finished rounds, table by table: each link's hash is made of the one before it and of what
 * the round's outcome and payouts follow from. See the links' migration for the line.
 */
import type { PoolClient } from "pg";
import type { AuditLine, SqlCheck } from "./checks.ts";
import { Faults } from "./faults.ts";
import { lookUp } from "./sqlCheck.ts";
import { CANONICAL } from "./transferLines.ts";

/** Where a table's finished rounds stand: what a later audit holds them to. */
export interface RoundHead {
  readonly round: number;
  /** Hex. */
  readonly hash: string;
}

/** By tables' ids. */
export type RoundHeads = Readonly<Record<string, RoundHead>>;

const LINE = `array_to_string(ARRAY[
  round::text, status, wheel, zero_rule, encode(commitment, 'hex'), entropy, client_seeds::text,
  bets_digest, pocket, encode(seed, 'hex'), first_round::text, length::text, encode(anchor, 'hex'),
  opened_at::text, locked_at::text, settled_at::text, reason], E'\\t', '\\N')`;

const FINISHED = "status IN ('settled', 'void')";

/** Times have to be written as {@link CANONICAL} has them. */
const LINKS_CHECK: SqlCheck = {
  check: "the hashes of all finished rounds hold, table by table",
  count: `SELECT count(*) AS counted FROM rounds WHERE ${FINISHED}`,
  faults: `SELECT format('table %s: round %s %s', table_id, round, CASE
        WHEN hash IS NULL THEN 'is finished and has no hash'
        WHEN ${FINISHED} THEN 'has another hash than its record'
        ELSE 'has a hash and is not finished' END) AS fault
    FROM (
      SELECT *, lag(hash) OVER (PARTITION BY table_id ORDER BY round) AS before
      FROM rounds FULL JOIN round_links USING (table_id, round)
    ) AS linked LEFT JOIN LATERAL (
      SELECT first_round, length, anchor FROM seed_chains
      WHERE seed_chains.table_id = linked.table_id AND first_round <= linked.round
      ORDER BY first_round DESC LIMIT 1
    ) AS chain ON true
    WHERE CASE WHEN ${FINISHED} THEN hash IS DISTINCT FROM sha256(
        coalesce(before, decode(repeat('00', 32), 'hex')) || convert_to(${LINE}, 'UTF8'))
      ELSE hash IS NOT NULL END`,
};

const SINCE_CHECK = "no finished round was rewritten since the earlier audit";

export interface LinksAudit {
  readonly lines: readonly AuditLine[];
  readonly heads: RoundHeads;
}

/** Proves the chain; `since` are heads of an earlier audit, which must still be where they were. */
export async function auditRoundLinks(client: PoolClient, since: RoundHeads): Promise<LinksAudit> {
  await client.query(CANONICAL);
  const links = await lookUp(client, LINKS_CHECK);
  const { rows } = await client.query<RoundHead & { readonly tableId: string }>(
    `SELECT DISTINCT ON (table_id) table_id AS "tableId", round, encode(hash, 'hex') AS hash
     FROM round_links WHERE round BETWEEN 1 AND ${Number.MAX_SAFE_INTEGER}
     ORDER BY table_id, round DESC`,
  );
  const heads = Object.fromEntries(
    rows.map(({ tableId, round, hash }) => [tableId, { round, hash }]),
  );
  const earlier = Object.entries(since);
  const faults = new Faults();
  for (const [tableId, head] of earlier) {
    const { rows: now } = await client.query<{ hash: string }>(
      "SELECT encode(hash, 'hex') AS hash FROM round_links WHERE table_id = $1 AND round = $2",
      [tableId, head.round],
    );
    if (now[0]?.hash === head.hash) continue;
    const fault = now.length === 0 ? "is gone" : "is not what it was: it was rewritten";
    faults.add(`table ${tableId}: round ${head.round}, or one before it, ${fault}`);
  }
  const sinceLines = earlier.length === 0 ? [] : [faults.line(SINCE_CHECK, earlier.length)];
  return { lines: [links, ...sinceLines], heads };
}
