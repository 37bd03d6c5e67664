/** What must be true of accounts and transfers. */
import type { SqlCheck } from "./checks.ts";

/** What each transfer added to each of its two accounts. */
const CHANGES = `(
  SELECT id, credit_id AS account_id, amount AS change FROM transfers
  UNION ALL SELECT id, debit_id, -amount FROM transfers)`;

const NAME = "concat_ws(' ', accounts.kind, accounts.table_id, accounts.player_id)";

export const CHIPS_CHECKS: readonly SqlCheck[] = [
  {
    check: "all balances sum to zero",
    count: "SELECT count(*) AS counted FROM accounts",
    faults: `SELECT format('all balances sum to %s', sum(balance)) AS fault
      FROM accounts HAVING sum(balance) <> 0`,
  },
  {
    check: "each balance is the sum of its account's transfers",
    count: "SELECT count(*) AS counted FROM accounts",
    faults: `SELECT format('account %s has %s, its transfers give %s', ${NAME}, balance, given)
        AS fault
      FROM accounts LEFT JOIN (
        SELECT account_id, sum(change) AS given FROM ${CHANGES} AS changes GROUP BY account_id
      ) AS sums ON account_id = accounts.id
      WHERE balance <> coalesce(given, 0)`,
  },
  {
    check: "no account but the issuer was ever below zero",
    count: "SELECT count(*) AS counted FROM transfers",
    faults: `SELECT format('account %s had %s after transfer %s', ${NAME}, running, first.id)
        AS fault
      FROM accounts JOIN LATERAL (
        SELECT DISTINCT ON (account_id) account_id, id, running FROM (
          SELECT account_id, id,
            sum(change) OVER (PARTITION BY account_id ORDER BY id) AS running
          FROM ${CHANGES} AS changes) AS history
        WHERE running < 0 ORDER BY account_id, id
      ) AS first ON first.account_id = accounts.id
      WHERE accounts.kind <> 'issuer'`,
  },
  {
    check: "each transfer is between accounts of its kind",
    count: "SELECT count(*) AS counted FROM transfers",
    faults: `SELECT format('transfer %s (%s) goes from %s to %s', transfers.id, transfers.kind,
        coalesce(giver.kind, 'nowhere'), coalesce(taker.kind, 'nowhere')) AS fault
      FROM transfers
        LEFT JOIN accounts AS giver ON giver.id = debit_id
        LEFT JOIN accounts AS taker ON taker.id = credit_id
      WHERE concat_ws(' ', transfers.kind, giver.kind, taker.kind) NOT IN (
          'grant issuer player', 'daily issuer player', 'bankroll issuer house',
          'stake player escrow', 'release escrow player', 'payout escrow player',
          'void escrow player', 'cover house escrow', 'collect escrow house')
        OR coalesce(giver.player_id, taker.player_id) IS DISTINCT FROM transfers.player_id
        OR coalesce(giver.table_id, taker.table_id) IS DISTINCT FROM transfers.table_id`,
  },
  {
    check: "each acknowledged operation moved its chips, and nothing else moved stakes",
    count: "SELECT count(*) AS counted FROM operations",
    faults: `SELECT format('operation %s of player %s: logged %s, moved %s', op, player_id,
        coalesce(stake_change, 0), coalesce(moved, 0)) AS fault
      FROM operations FULL JOIN (
        SELECT player_id, op, table_id, round,
          sum(CASE kind WHEN 'stake' THEN amount ELSE -amount END) AS moved
        FROM transfers WHERE kind IN ('stake', 'release')
        GROUP BY player_id, op, table_id, round
      ) AS moves USING (player_id, op, table_id, round)
      WHERE coalesce(stake_change, 0) <> coalesce(moved, 0)`,
  },
];
