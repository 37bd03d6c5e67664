-- Where somebody else changes an account while its lock is waited for, Postgres looks at the row again,
-- and loses it where its number comes from a subquery of several parts: the caller was told that there
-- is no such account. The numbers are fixed before the first lock now.
CREATE OR REPLACE FUNCTION lock_accounts(
  players text[], escrows text[], houses text[], with_issuer boolean
) RETURNS SETOF accounts LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT * FROM accounts
    WHERE id = ANY (ARRAY(
      SELECT id FROM accounts WHERE player_id = ANY(players)
      UNION ALL SELECT id FROM accounts WHERE table_id = ANY(escrows) AND kind = 'escrow'
      UNION ALL SELECT id FROM accounts WHERE table_id = ANY(houses) AND kind = 'house'
      UNION ALL SELECT id FROM accounts WHERE kind = 'issuer' AND with_issuer))
    ORDER BY id FOR UPDATE;
END $$;
