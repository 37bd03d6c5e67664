-- Chips, by double entry.
--
-- Every chip comes from the issuer, the one account that goes below zero: what it is short of is
-- what everyone else has, and all balances sum to zero. A transfer moves chips from the account it
-- debits to the account it credits. Transfers are only ever added, and adding them is what changes
-- balances: a balance is the sum of its account's transfers, by construction.
--
-- Whoever adds transfers has locked their accounts before, in the order of the accounts' ids.

CREATE TABLE accounts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('issuer', 'house', 'escrow', 'player')),
  table_id text CHECK ((table_id IS NOT NULL) = (kind IN ('house', 'escrow'))),
  player_id text CHECK ((player_id IS NOT NULL) = (kind = 'player')),
  balance bigint NOT NULL DEFAULT 0,
  CONSTRAINT accounts_not_below_zero CHECK (balance >= 0 OR kind = 'issuer'),
  CONSTRAINT accounts_exact CHECK (balance BETWEEN -9007199254740991 AND 9007199254740991)
) WITH (fillfactor = 50);

CREATE UNIQUE INDEX accounts_issuer ON accounts (kind) WHERE kind = 'issuer';
CREATE UNIQUE INDEX accounts_table ON accounts (table_id, kind) WHERE table_id IS NOT NULL;
CREATE UNIQUE INDEX accounts_player ON accounts (player_id) WHERE player_id IS NOT NULL;

INSERT INTO accounts (kind) VALUES ('issuer');

-- kind       from → to            once for each
-- grant      issuer → player      player
-- daily      issuer → player      player and UTC day (op)
-- bankroll   issuer → house       need (op)
-- stake      player → escrow      operation
-- release    escrow → player      operation
-- cover      house → escrow       round that pays more than was staked
-- payout     escrow → player      player and round
-- collect    escrow → house       round that pays less than was staked
-- void       escrow → player      player and round
CREATE TABLE transfers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN (
    'grant', 'daily', 'bankroll', 'stake', 'release', 'cover', 'payout', 'collect', 'void')),
  debit_id bigint NOT NULL,
  credit_id bigint NOT NULL CHECK (credit_id <> debit_id),
  amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
  player_id text,
  table_id text,
  round bigint,
  op text,
  created_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX transfers_once
  ON transfers (debit_id, credit_id, kind, round, op) NULLS NOT DISTINCT;
CREATE INDEX transfers_player ON transfers (player_id, id) WHERE player_id IS NOT NULL;

CREATE FUNCTION apply_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  missing bigint;
BEGIN
  WITH changes AS (
    SELECT id, sum(change)::bigint AS change
    FROM (SELECT credit_id AS id, amount AS change FROM added
          UNION ALL SELECT debit_id, -amount FROM added) AS sides
    GROUP BY id
  ), changed AS (
    UPDATE accounts SET balance = balance + change
    FROM changes WHERE accounts.id = changes.id
    RETURNING accounts.id
  )
  SELECT (SELECT count(*) FROM changes) - (SELECT count(*) FROM changed) INTO missing;
  IF missing <> 0 THEN
    RAISE EXCEPTION 'a transfer names an account that there is not';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER transfers_apply AFTER INSERT ON transfers
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION apply_transfers();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: its rows are only ever added', TG_OP, TG_TABLE_NAME;
END $$;

CREATE TRIGGER transfers_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accounts_stay BEFORE DELETE OR TRUNCATE ON accounts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
