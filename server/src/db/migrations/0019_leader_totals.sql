-- What everybody won and staked in finished rounds: ever, on each UTC day of the week that ends today,
-- and in that week. So who won most is read by an index, however long the books are.
--
-- finished ──(ball spun)──▶ added, some thousand bets at a time, after the settlement and not in it
--
-- One process at a time adds, in one transaction with how far it came. Nothing that chips depend on: all
-- of it comes from bets, and again where both tables are begun anew.
CREATE TABLE leader_totals (
  -- 'all', 'week', or a day as in '2026-11-21'.
  span text COLLATE "C" NOT NULL,
  player_id text COLLATE "C" NOT NULL,
  net bigint NOT NULL,
  staked bigint NOT NULL,
  rounds bigint NOT NULL,
  PRIMARY KEY (span, player_id)
) WITH (fillfactor = 70);

CREATE INDEX leader_totals_best ON leader_totals (span, net DESC, player_id);

-- One row: how far the totals are. Whoever adds holds it meanwhile.
CREATE TABLE leader_progress (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  -- By table: the last round that was added.
  last_rounds jsonb NOT NULL DEFAULT '{}',
  -- The day that the week ends with.
  today text COLLATE "C" NOT NULL DEFAULT '',
  -- All that was there when they were begun has been added: until then nobody is told of them.
  is_whole boolean NOT NULL DEFAULT false,
  -- Another one with each change.
  version uuid NOT NULL DEFAULT gen_random_uuid()
);

INSERT INTO leader_progress (is_whole) SELECT NOT EXISTS (SELECT FROM bets);

GRANT SELECT, INSERT, UPDATE, DELETE ON leader_totals TO croupier_server;
GRANT SELECT, UPDATE ON leader_progress TO croupier_server;
