-- Leaderboards read the rounds that were finished since some time.
CREATE INDEX rounds_settled_at ON rounds (settled_at) WHERE status = 'settled';
