-- Who may not chat, and until when: an admin's decisions, only ever added to. The newest one of a
-- player counts, at every table of every process; one that ends in its own moment lifts the last.
CREATE TABLE chat_bans (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  player_id text NOT NULL REFERENCES players,
  decided_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at >= decided_at),
  reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 200),
  decided_by text NOT NULL
);

CREATE INDEX chat_bans_player ON chat_bans (player_id, id DESC);

GRANT SELECT, INSERT ON chat_bans TO croupier_server;
