import { asChips } from "@croupier/shared/core/chips";
import type { Bet } from "@croupier/shared/core/types";
import type { Queryable } from "../db/transaction.ts";

/**
 * What lies on the felt of a round by the log of its operations, in the order of records: by player,
 * then spot, bytewise.
 */
export async function readLayout(
  database: Queryable,
  { tableId, round }: { readonly tableId: string; readonly round: number },
): Promise<readonly Bet[]> {
  const { rows } = await database.query<{ playerId: string; spot: string; amount: number }>(
    `SELECT player_id AS "playerId", change->>0 AS spot, sum((change->>1)::bigint)::bigint AS amount
     FROM operations CROSS JOIN jsonb_array_elements(changes) AS change
     WHERE table_id = $1 AND round = $2
     GROUP BY player_id, change->>0
     HAVING sum((change->>1)::bigint) <> 0
     ORDER BY player_id COLLATE "C", (change->>0) COLLATE "C"`,
    [tableId, round],
  );
  return rows.map(({ playerId, spot, amount }) => ({ playerId, spot, amount: asChips(amount) }));
}
