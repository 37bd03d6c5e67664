-- Processes may have different tables in their settings while an update rolls: nobody is given a table that
-- it would not run.
ALTER TABLE processes
  -- All tables that it would run, be they its own now or not. Null: it does not say, as a version before.
  ADD COLUMN table_ids text[];

GRANT UPDATE (table_ids) ON processes TO croupier_server;
