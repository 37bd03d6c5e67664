-- A table that is handed over has somebody to take it: what everyone would reckon from a census that is
-- a moment old may name nobody, or whoever has just given it up.
ALTER TABLE leases
  -- Of a table that was given up: the process that is to take it; null: nobody in particular.
  ADD COLUMN offered_to text;

GRANT UPDATE (offered_to) ON leases TO croupier_server;
