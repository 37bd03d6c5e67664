-- A transaction that holds the lease of a table is marked by that table until its end: whatever it adds
-- afterwards can be held to that (0018). The lease's row is locked for as long, so the epoch that was
-- asked for is still the current one wherever the mark is seen.
--
-- The mark is a setting of the transaction, and goes with it, or with the savepoint in which it was made:
-- the tables' names, each between two newlines. It is here before anything asks for it: what begins with
-- the function of before would come without it.
CREATE OR REPLACE FUNCTION hold_lease(its_table text, its_epoch bigint) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  marks text = current_setting('croupier.held', true);
BEGIN
  PERFORM FROM leases WHERE table_id = its_table AND epoch = its_epoch FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'epoch % of table % is not the current one', its_epoch, its_table
      USING ERRCODE = 'CR001';
  END IF;
  marks = coalesce(nullif(marks, ''), E'\n');
  IF strpos(marks, E'\n' || its_table || E'\n') = 0 THEN
    PERFORM set_config('croupier.held', marks || its_table || E'\n', true);
  END IF;
END $$;
