/** What must be true of rounds, and of the chips that their operations and bets stand for. */
import { ARE_CHANGES, CHANGED, CHANGES_NAMED } from "./changes.ts";
import type { SqlCheck } from "./checks.ts";

const ROUNDS = "SELECT count(*) AS counted FROM rounds";
const FINISHED = `${ROUNDS} WHERE status IN ('settled', 'void')`;

const UNFINISHED = "status IN ('open', 'locked')";
const sha256Of = (text: string): string =>
  `encode(sha256(convert_to(coalesce(${text}, ''), 'UTF8')), 'hex')`;

/** A round with the one before it at the same table. */
const IN_ORDER = `(
  SELECT *, lag(round) OVER tables AS before, lag(seed) OVER tables AS seed_before,
    lead(round) OVER tables AS next
  FROM rounds WINDOW tables AS (PARTITION BY table_id ORDER BY round))`;

/** What the order of rounds tells, quickly. */
export const ROUNDS_CHECKS: readonly SqlCheck[] = [
  {
    check: "rounds are numbered without a gap, and only the last one is unfinished",
    count: ROUNDS,
    faults: `SELECT format('table %s: round %s (%s) comes after %s', table_id, round, status,
        coalesce(before, 0)) AS fault
      FROM ${IN_ORDER} AS rounds
      WHERE round <> coalesce(before, 0) + 1
        OR (${UNFINISHED} AND next IS NOT NULL)`,
  },
  {
    check: "no round was taken back once its bets were locked",
    count: `${ROUNDS} WHERE status = 'void'`,
    // Where the books of one contradicted themselves, it was right to, and something is wrong with them.
    faults: `SELECT format('table %s: round %s was taken back after its bets were locked', table_id,
        round) AS fault
      FROM rounds WHERE status = 'void' AND locked_at IS NOT NULL`,
  },
  {
    check: "each seed follows from the table's chain",
    count: ROUNDS,
    faults: `SELECT format('table %s: the seed of round %s does not follow from %s', rounds.table_id,
        round, CASE WHEN anchor IS NULL THEN 'the round before' ELSE 'the anchor' END) AS fault
      FROM ${IN_ORDER} AS rounds
        LEFT JOIN seed_chains ON seed_chains.table_id = rounds.table_id AND first_round = round
      WHERE commitment IS DISTINCT FROM coalesce(anchor, seed_before)
        OR (seed IS NOT NULL AND sha256(seed) <> commitment)`,
  },
  {
    check: "each table's seed chains follow one another, as far as its rounds go",
    count: "SELECT count(*) AS counted FROM seed_chains",
    faults: `SELECT format('table %s: a seed chain begins with round %s, not %s', table_id,
        first_round, due) AS fault
      FROM (
        SELECT *, coalesce(lag(first_round::numeric + length) OVER (
          PARTITION BY table_id ORDER BY first_round), 1) AS due
        FROM seed_chains
      ) AS chains WHERE first_round <> due
      UNION ALL SELECT format('table %s: round %s is in no seed chain', table_id, last) AS fault
      FROM (SELECT table_id, max(round) AS last FROM rounds GROUP BY table_id) AS played
        LEFT JOIN (
          SELECT table_id, max(first_round::numeric + length) AS due FROM seed_chains GROUP BY table_id
        ) AS made USING (table_id)
      WHERE last >= coalesce(due, 1)`,
  },
  {
    // A finished one's are looked at with the rest of its record.
    check: "each unfinished round's entropy is of its client seeds, and its digest of its bets",
    count: `${ROUNDS} WHERE ${UNFINISHED}`,
    faults: `SELECT format('table %s: the %s', table_id, CASE
        WHEN NOT are_seeds THEN format('client seeds of round %s are not players with seeds', round)
        ELSE format('entropy of round %s is not of its client seeds', round) END) AS fault
      FROM rounds CROSS JOIN LATERAL (
        SELECT string_agg((one->>'playerId') || ':' || (one->>'seed'), E'\\n'
            ORDER BY one->>'playerId' COLLATE "C") AS seeds,
          bool_and(coalesce(jsonb_typeof(one->'playerId') = 'string'
            AND jsonb_typeof(one->'seed') = 'string', false)) AS are_seeds
        FROM jsonb_array_elements(
          CASE jsonb_typeof(client_seeds) WHEN 'array' THEN client_seeds ELSE '[null]' END) AS one
      ) AS given
      WHERE ${UNFINISHED} AND (NOT are_seeds OR entropy IS DISTINCT FROM ${sha256Of("seeds")})
      UNION ALL SELECT format('table %s: the digest of round %s is not of its operations', table_id,
        round) AS fault
      FROM rounds CROSS JOIN LATERAL (
        SELECT string_agg(player_id || '|' || spot || '|' || placed, E'\\n'
          ORDER BY player_id COLLATE "C", spot COLLATE "C") AS bets
        FROM (
          SELECT player_id, spot, sum(chips) AS placed
          FROM operations CROSS JOIN LATERAL ${CHANGED} AS changed
          WHERE operations.table_id = rounds.table_id AND operations.round = rounds.round
          GROUP BY player_id, spot) AS layouts
        WHERE placed <> 0) AS felt
      WHERE status = 'locked' AND bets_digest IS DISTINCT FROM ${sha256Of("bets")}`,
  },
];

/** Every operation says what it changed, and what that left on the felt. */
export const LOGS_CHECK: SqlCheck = {
  check:
    "each operation's changes sum to its change of the stake, and with those before to the stake",
  count: "SELECT count(*) AS counted FROM operations",
  faults: `SELECT format('operation %s of player %s: %s', op, player_id, CASE
      WHEN ${ARE_CHANGES} IS NOT TRUE
        THEN 'its changes are not spots with chips: ' || coalesce(${CHANGES_NAMED}, 'nothing')
      WHEN coalesce(changed, 0) <> stake_change
        THEN format('logged %s, its changes sum to %s', stake_change, coalesce(changed, 0))
      WHEN stake_change = 0 THEN 'changes nothing'
      ELSE format('logged a stake of %s, it was %s', stake_after, staked) END) AS fault
    FROM (
      SELECT *, sum(stake_change) OVER (
          PARTITION BY table_id, round, player_id ORDER BY seq) AS staked,
        (SELECT sum(chips) FROM ${CHANGED} AS spots) AS changed
      FROM operations
    ) AS logged
    WHERE ${ARE_CHANGES} IS NOT TRUE OR coalesce(changed, 0) <> stake_change OR stake_change = 0
      OR staked IS DISTINCT FROM stake_after`,
};

/** Every operation has its transfer, and every stake its operation. */
export const OPERATIONS_CHECK: SqlCheck = {
  check: "each acknowledged operation moved its chips, and nothing else moved stakes",
  count: "SELECT count(*) AS counted FROM operations",
  faults: `SELECT format('operation %s of player %s: ', op, player_id) || CASE
      WHEN coalesce(stake_change, 0) <> coalesce(moved, 0)
        THEN format('logged %s, moved %s', coalesce(stake_change, 0), coalesce(moved, 0))
      ELSE format('logged a balance of %s, it was %s', balance_after, had) END AS fault
    FROM operations FULL JOIN (
      SELECT player_id, op, table_id, round, sum(-change) AS moved, min(had) AS had
      FROM (
        SELECT *, sum(change) OVER (PARTITION BY player_id ORDER BY id) AS had
        FROM (
          SELECT *, CASE kind WHEN 'stake' THEN -amount ELSE amount END AS change
          FROM transfers WHERE player_id IS NOT NULL
        ) AS changes
      ) AS balances WHERE kind IN ('stake', 'release')
      GROUP BY player_id, op, table_id, round
    ) AS moves USING (player_id, op, table_id, round)
    WHERE coalesce(stake_change, 0) <> coalesce(moved, 0) OR balance_after IS DISTINCT FROM had`,
};

/** Every bet is what the operations say. */
export const LAYOUTS_CHECK: SqlCheck = {
  check: "each finished round's bets are what its operations left on the felt",
  count: FINISHED,
  faults: `SELECT format('table %s: round %s: player %s has %s on %s, the operations say %s',
      table_id, round, player_id, coalesce(amount, 0), spot, coalesce(placed, 0)) AS fault
    FROM bets FULL JOIN (
      SELECT table_id, round, player_id, spot, sum(chips) AS placed
      FROM operations CROSS JOIN LATERAL ${CHANGED} AS changed
        JOIN rounds USING (table_id, round)
      WHERE status IN ('settled', 'void')
      GROUP BY table_id, round, player_id, spot
    ) AS layouts USING (table_id, round, player_id, spot)
    WHERE coalesce(amount, 0) <> coalesce(placed, 0)`,
};

/** Every payout is what the bets say. */
export const PAYOUTS_CHECK: SqlCheck = {
  check: "each player was paid what the record says, once",
  count: "SELECT count(DISTINCT (table_id, round, player_id)) AS counted FROM bets",
  faults: `SELECT format('table %s: round %s: player %s is due %s and got %s', table_id, round,
      player_id, coalesce(due, 0), coalesce(paid, 0)) AS fault
    FROM (
      SELECT table_id, round, player_id, sum(returned) AS due,
        CASE status WHEN 'settled' THEN 'payout' ELSE 'void' END AS kind
      FROM bets JOIN rounds USING (table_id, round)
      GROUP BY table_id, round, player_id, status
    ) AS dues FULL JOIN (
      SELECT table_id, round, player_id, kind, sum(amount) AS paid
      FROM transfers WHERE kind IN ('payout', 'void')
      GROUP BY table_id, round, player_id, kind
    ) AS payments USING (table_id, round, player_id, kind)
    WHERE coalesce(due, 0) <> coalesce(paid, 0)`,
};
