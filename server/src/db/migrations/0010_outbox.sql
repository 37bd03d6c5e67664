-- Rounds that are over and have yet to be told to whoever follows what happens in the house: each is
-- noted in the transaction that ends it, so none is told that did not happen, and none is forgotten.
--
-- noted ──(placed: seq)──▶ told ──▶ gone from here
--
-- Only the fact is noted; what it was is in the books. Nothing that chips depend on.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_id text NOT NULL,
  round bigint NOT NULL,
  status text NOT NULL,
  at timestamptz NOT NULL,
  -- Its place among all that is told; null until it has one.
  seq bigint UNIQUE
) WITH (fillfactor = 50);

-- One row: the last place that was given. Whoever tells holds it meanwhile.
CREATE TABLE outbox_place (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  last_seq bigint NOT NULL DEFAULT 0
);

INSERT INTO outbox_place DEFAULT VALUES;

CREATE FUNCTION note_round() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO outbox (table_id, round, status, at)
  VALUES (NEW.table_id, NEW.round, NEW.status, NEW.settled_at);
  RETURN NULL;
END $$;

CREATE TRIGGER rounds_note AFTER UPDATE OF status ON rounds
  FOR EACH ROW WHEN (NEW.status IN ('settled', 'void')) EXECUTE FUNCTION note_round();

REVOKE EXECUTE ON FUNCTION note_round FROM PUBLIC;
GRANT SELECT, DELETE, UPDATE (seq) ON outbox TO croupier_server;
GRANT SELECT, UPDATE (last_seq) ON outbox_place TO croupier_server;
