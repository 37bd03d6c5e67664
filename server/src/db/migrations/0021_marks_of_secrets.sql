-- What tells processes whether they have the same secrets, so that none starts that would take the others'
-- players for strangers.
ALTER TABLE processes
  -- Keyed by the token secret; it says nothing of any secret. Null: of a version before.
  ADD COLUMN secrets_mark text;
