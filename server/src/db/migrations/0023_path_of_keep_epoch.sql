-- The server's role changes leases itself, with whatever operators its search_path begins with, in a schema
-- that it may have of its own. What holds their epochs compares by Postgres's.
ALTER FUNCTION keep_epoch() SET search_path = public, pg_temp;
