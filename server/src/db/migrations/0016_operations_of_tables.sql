-- Tells of an operation that is in the log already at which table it was: the same op with the same
-- chips at another table is another operation, and must not be answered as if those chips lay there.
CREATE OR REPLACE FUNCTION hold_postings(
  table_ids text[], numbers bigint[], player_ids text[], ops text[]
) RETURNS TABLE (rounds json, accounts json, known json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  SELECT json_agg(held) INTO rounds FROM hold_rounds(table_ids, numbers) AS held;
  SELECT json_agg(locked) INTO accounts
  FROM lock_accounts(player_ids, table_ids, '{}', false) AS locked;
  SELECT json_agg(logged) INTO known
  FROM unnest(player_ids, ops) AS asked (its_player, its_op)
    CROSS JOIN LATERAL (
      SELECT table_id, player_id, op, round, encode(content, 'hex') AS content, ticket, stake_after,
        balance_after, chips_after
      FROM operations WHERE player_id = its_player AND op = its_op LIMIT 1) AS logged;
  RETURN NEXT;
END $$;
