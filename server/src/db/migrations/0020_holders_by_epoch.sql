-- Another holder comes with the next epoch alone: under the same one, what two processes write could not be
-- told apart. The same holder keeps its epoch, or takes the next one; a lease that is given up keeps it.
CREATE OR REPLACE FUNCTION keep_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.table_id <> OLD.table_id OR NEW.epoch NOT IN (OLD.epoch, OLD.epoch + 1) THEN
    RAISE EXCEPTION 'the epoch of table % grows by one with each takeover', OLD.table_id;
  END IF;
  IF NEW.epoch = OLD.epoch AND NEW.holder IS NOT NULL AND NEW.holder IS DISTINCT FROM OLD.holder THEN
    RAISE EXCEPTION 'table % gets another holder by the next epoch alone', OLD.table_id;
  END IF;
  RETURN NEW;
END $$;
