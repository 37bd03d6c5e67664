-- Transfers and bets have no epoch of their own: they belong to what is written with them. They are taken
-- only in a transaction that has held the lease of their table, with its current epoch: by hold_lease, or
-- by adding a round, its turn, or operations, which carry it. So a stake comes after its operation.

-- Who holds a lease since before there were marks is waited for, and nobody takes one meanwhile.
LOCK TABLE leases IN EXCLUSIVE MODE;

CREATE OR REPLACE FUNCTION round_takes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  stray record;
  marks text = coalesce(current_setting('croupier.held', true), '');
BEGIN
  SELECT asked.table_id, asked.round, held INTO stray
  FROM (SELECT DISTINCT table_id, round FROM added WHERE table_id IS NOT NULL) AS asked
    CROSS JOIN LATERAL (SELECT strpos(marks, E'\n' || asked.table_id || E'\n') > 0) AS mark (held)
    LEFT JOIN rounds ON rounds.table_id = asked.table_id AND rounds.round = asked.round
  WHERE NOT held
    OR asked.round IS NOT NULL AND (rounds.status IS NULL OR rounds.status <> ALL(TG_ARGV))
  LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF NOT stray.held THEN
    RAISE EXCEPTION '% of table % come without its lease', TG_TABLE_NAME, stray.table_id
      USING ERRCODE = 'CR001';
  END IF;
  RAISE EXCEPTION 'round % of table % takes no %', stray.round, stray.table_id, TG_TABLE_NAME;
END $$;
