-- Rounds, what was done in them, and the seeds that they use up.
--
-- open ──▶ locked ──▶ settled
--   └────────┴──────▶ void
-- A table has at most one round that is not finished; a finished round never changes. Its seed is in
-- the row only from then on.

CREATE TABLE rounds (
  table_id text NOT NULL,
  round bigint NOT NULL CHECK (round > 0),
  status text NOT NULL CHECK (status IN ('open', 'locked', 'settled', 'void')),
  wheel text NOT NULL,
  zero_rule text NOT NULL,
  commitment bytea NOT NULL CHECK (length(commitment) = 32),
  entropy text NOT NULL,
  client_seeds jsonb NOT NULL,
  bets_digest text CHECK (bets_digest IS NOT NULL OR status = 'open'),
  pocket text CHECK ((pocket IS NOT NULL) = (status = 'settled')),
  seed bytea CHECK ((seed IS NOT NULL) = (status IN ('settled', 'void'))),
  reason text CHECK ((reason IS NOT NULL) = (status = 'void')),
  opened_at timestamptz NOT NULL,
  locked_at timestamptz CHECK (locked_at IS NOT NULL OR status IN ('open', 'void')),
  settled_at timestamptz CHECK ((settled_at IS NOT NULL) = (status IN ('settled', 'void'))),
  PRIMARY KEY (table_id, round)
);

CREATE UNIQUE INDEX rounds_unfinished ON rounds (table_id) WHERE status IN ('open', 'locked');

CREATE FUNCTION keep_finished() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('settled', 'void') THEN
    RAISE EXCEPTION 'round % of table % is finished and does not change', OLD.round, OLD.table_id;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER rounds_keep_finished BEFORE UPDATE ON rounds
  FOR EACH ROW EXECUTE FUNCTION keep_finished();
CREATE TRIGGER rounds_stay BEFORE DELETE OR TRUNCATE ON rounds
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every operation that was acknowledged, in the order of posting. `content` is the SHA-256 of what
-- was asked for; `ticket` tells one asking from another, where an answer was lost on the way.
CREATE TABLE operations (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_id text NOT NULL,
  round bigint NOT NULL,
  player_id text NOT NULL,
  op text NOT NULL,
  kind text NOT NULL,
  content bytea NOT NULL,
  ticket uuid NOT NULL,
  changes jsonb NOT NULL,
  stake_change bigint NOT NULL,
  stake_after bigint NOT NULL CHECK (stake_after >= 0),
  balance_after bigint NOT NULL CHECK (balance_after >= 0),
  chips_after jsonb,
  posted_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX operations_once ON operations (player_id, op);
CREATE INDEX operations_round ON operations (table_id, round, seq);
CREATE TRIGGER operations_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON operations
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What lay on the felt when a round was finished, and what came back for it.
CREATE TABLE bets (
  id bigint GENERATED ALWAYS AS IDENTITY,
  table_id text NOT NULL,
  round bigint NOT NULL,
  player_id text COLLATE "C" NOT NULL,
  spot text COLLATE "C" NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  returned bigint NOT NULL CHECK (returned >= 0),
  PRIMARY KEY (table_id, round, player_id, spot)
);

CREATE INDEX bets_player ON bets (player_id, id);
CREATE TRIGGER bets_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON bets
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A chain's round `first_round + i - 1` uses its seed i. `anchor` is seed 0 and public; `sealed` holds
-- every 1,024th seed and the last one, encrypted.
CREATE TABLE seed_chains (
  table_id text NOT NULL,
  first_round bigint NOT NULL CHECK (first_round > 0),
  length integer NOT NULL CHECK (length > 0),
  anchor bytea NOT NULL CHECK (length(anchor) = 32),
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (table_id, first_round)
);

CREATE TRIGGER seed_chains_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON seed_chains
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
