-- The processes that run this database's tables, as they tell of themselves with every beat. Nothing
-- that chips depend on: who may write a round is the lease's affair alone (0005).
CREATE TABLE processes (
  -- New with each start of a process.
  holder text PRIMARY KEY,
  -- How clients reach this very process through the proxy; null where there is no proxy.
  public_address text,
  -- The connection over which it shows that it lives.
  backend integer NOT NULL,
  -- False while it drains: it takes no tables any more.
  accepts boolean NOT NULL,
  -- Players by table, of those that it runs.
  players jsonb NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

GRANT SELECT, INSERT, DELETE ON processes TO croupier_server;
GRANT UPDATE (public_address, backend, accepts, players, expires_at) ON processes TO croupier_server;
