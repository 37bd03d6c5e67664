-- Who runs which table.
--
-- A table is run by whoever holds its row. Each takeover raises the epoch, and every write of a round
-- carries the epoch it was made under: one that is not the row's own is refused here, whatever its
-- writer believes. The key holds the epoch so that a writer's KEY SHARE lock makes a takeover wait
-- for its transaction, while the holder's own sign of life, which leaves the key alone, never waits.
CREATE TABLE leases (
  table_id text PRIMARY KEY,
  epoch bigint NOT NULL CHECK (epoch > 0),
  -- The process that holds it; null: given up.
  holder text,
  -- The connection over which it shows that it lives.
  backend integer,
  renewed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE UNIQUE INDEX leases_epoch ON leases (table_id, epoch);

CREATE FUNCTION keep_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.table_id <> OLD.table_id OR NEW.epoch NOT IN (OLD.epoch, OLD.epoch + 1) THEN
    RAISE EXCEPTION 'the epoch of table % grows by one with each takeover', OLD.table_id;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER leases_keep_epoch BEFORE UPDATE ON leases
  FOR EACH ROW EXECUTE FUNCTION keep_epoch();
CREATE TRIGGER leases_stay BEFORE DELETE OR TRUNCATE ON leases
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The epoch under which a row was last written; 0: before there were leases.
ALTER TABLE rounds ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE rounds ALTER COLUMN epoch DROP DEFAULT;
ALTER TABLE operations ALTER COLUMN epoch DROP DEFAULT;

-- Refuses the write of a stale holder, with an SQLSTATE of its own. A takeover waits for this
-- transaction's end. The path is fixed: no table of the writer's own passes for the leases.
CREATE FUNCTION hold_lease(its_table text, its_epoch bigint) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM FROM leases WHERE table_id = its_table AND epoch = its_epoch FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'epoch % of table % is not the current one', its_epoch, its_table
      USING ERRCODE = 'CR001';
  END IF;
END $$;

CREATE FUNCTION rounds_by_lease() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM hold_lease(NEW.table_id, NEW.epoch);
  RETURN NEW;
END $$;

CREATE TRIGGER rounds_by_lease BEFORE INSERT OR UPDATE ON rounds
  FOR EACH ROW EXECUTE FUNCTION rounds_by_lease();

CREATE FUNCTION operations_by_lease() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM hold_lease(table_id, epoch) FROM (SELECT DISTINCT table_id, epoch FROM added) AS writers;
  RETURN NULL;
END $$;

CREATE TRIGGER operations_by_lease AFTER INSERT ON operations
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION operations_by_lease();
