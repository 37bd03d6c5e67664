-- Holds what operations rest on, and answers it, at one question: the rounds that they are for with
-- their tables' current epochs, the accounts that they touch, and those of them that are in the log.
-- For each operation there is one of `player_ids` and one of `ops`; each round is named once.
--
-- Everyone locks in this order: leases and rounds, then accounts by their ids. The log comes last: what
-- another asking for the same op added before it gave the player's account free is seen here.
CREATE FUNCTION hold_postings(
  table_ids text[], numbers bigint[], player_ids text[], ops text[]
) RETURNS TABLE (rounds json, accounts json, known json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SELECT json_agg(held) INTO rounds FROM hold_rounds(table_ids, numbers) AS held;
  SELECT json_agg(locked) INTO accounts
  FROM lock_accounts(player_ids, table_ids, '{}', false) AS locked;
  SELECT json_agg(logged) INTO known
  FROM unnest(player_ids, ops) AS asked (its_player, its_op)
    CROSS JOIN LATERAL (
      SELECT player_id, op, round, encode(content, 'hex') AS content, ticket, stake_after,
        balance_after, chips_after
      FROM operations WHERE player_id = its_player AND op = its_op LIMIT 1) AS logged;
  RETURN NEXT;
END $$;

REVOKE EXECUTE ON FUNCTION hold_postings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_postings TO croupier_server;

-- They look for a few rows by their keys, at every operation. A plan that was made while a table had
-- few rows would read all of them for as long as the connection lives.
ALTER FUNCTION hold_postings SET enable_seqscan = off;
ALTER FUNCTION hold_rounds SET enable_seqscan = off;
ALTER FUNCTION hold_rounds SET enable_hashjoin = off;
ALTER FUNCTION hold_rounds SET enable_mergejoin = off;
ALTER FUNCTION lock_accounts SET enable_seqscan = off;
ALTER FUNCTION lock_accounts SET enable_bitmapscan = off;
ALTER FUNCTION apply_transfers SET enable_seqscan = off;
ALTER FUNCTION apply_transfers SET enable_hashjoin = off;
ALTER FUNCTION apply_transfers SET enable_mergejoin = off;
