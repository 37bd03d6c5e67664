import { asChips } from "@croupier/shared/core/chips";
import type { Bet } from "@croupier/shared/core/types";
import type { Queryable } from "../db/transaction.ts";

interface RoundId {
  readonly tableId: string;
  readonly round: number;
}

/** What lies on the felt by the log of operations. */
const LOGGED = `SELECT player_id, change->>0 AS spot, sum((change->>1)::bigint)::bigint AS amount
  FROM operations CROSS JOIN jsonb_array_elements(changes) AS change
  WHERE table_id = $1 AND round = $2
  GROUP BY player_id, change->>0
  HAVING sum((change->>1)::bigint) <> 0`;
/** What lay there in the end, as it is written down with what came back for it. */
const WRITTEN = "SELECT player_id, spot, amount FROM bets WHERE table_id = $1 AND round = $2";
/** As records have them: by player, then spot, bytewise. */
const IN_ORDER = `player_id COLLATE "C", spot COLLATE "C"`;

/** What lies on the felt of a round by the log of its operations, in the order of records. */
export async function readLayout(
  database: Queryable,
  { tableId, round }: RoundId,
): Promise<readonly Bet[]> {
  const { rows } = await database.query<{ playerId: string; spot: string; amount: number }>(
    `SELECT player_id AS "playerId", spot, amount FROM (${LOGGED}) AS logged ORDER BY ${IN_ORDER}`,
    [tableId, round],
  );
  return rows.map(({ playerId, spot, amount }) => ({ playerId, spot, amount: asChips(amount) }));
}

/** The digest of a round's bets by the log of its operations, hex. */
export const loggedDigest = (database: Queryable, id: RoundId): Promise<string> =>
  digestOf(database, LOGGED, id);

/** The digest of the bets that are written down for a round, hex. */
export const writtenDigest = (database: Queryable, id: RoundId): Promise<string> =>
  digestOf(database, WRITTEN, id);

/** As `betsDigestOf` has it. Made in the database: thousands of bets do not hold up this process. */
async function digestOf(
  database: Queryable,
  bets: string,
  { tableId, round }: RoundId,
): Promise<string> {
  const { rows } = await database.query<{ digest: string }>(
    `SELECT encode(sha256(convert_to(coalesce(
       string_agg(player_id || '|' || spot || '|' || amount, E'\\n' ORDER BY ${IN_ORDER}),
       ''), 'UTF8')), 'hex') AS digest
     FROM (${bets}) AS bets`,
    [tableId, round],
  );
  return rows[0]?.digest ?? "";
}
