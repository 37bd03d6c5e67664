-- What the books refuse by themselves, whoever writes: a transfer that its kind does not make, a second
-- grant, a seed chain or a round that does not follow from the one before it.

-- What a kind is filed under. Together with its accounts that is what there is once (transfers_once), so
-- nothing of it is left for the writer to choose but the operation that a stake is for, and what made
-- a bankroll necessary.
--
-- NOT VALID: it holds for what is added from here on. What is in the books stays there in any case, and
-- the audit holds it to the same rules by name; a start that it stopped would prove no more.
ALTER TABLE transfers ADD CONSTRAINT transfers_filed CHECK (
  CASE kind
    WHEN 'stake' THEN player_id IS NOT NULL AND table_id IS NOT NULL AND round IS NOT NULL
      AND op IS NOT NULL
    WHEN 'release' THEN player_id IS NOT NULL AND table_id IS NOT NULL AND round IS NOT NULL
      AND op IS NOT NULL
    WHEN 'payout' THEN player_id IS NOT NULL AND table_id IS NOT NULL AND round IS NOT NULL
      AND op IS NULL
    WHEN 'void' THEN player_id IS NOT NULL AND table_id IS NOT NULL AND round IS NOT NULL
      AND op IS NULL
    WHEN 'cover' THEN player_id IS NULL AND table_id IS NOT NULL AND round IS NOT NULL AND op IS NULL
    WHEN 'collect' THEN player_id IS NULL AND table_id IS NOT NULL AND round IS NOT NULL AND op IS NULL
    WHEN 'bankroll' THEN player_id IS NULL AND table_id IS NOT NULL AND round IS NULL
      AND op IS NOT NULL
    WHEN 'grant' THEN player_id IS NOT NULL AND table_id IS NULL AND round IS NULL AND op IS NULL
    WHEN 'daily' THEN player_id IS NOT NULL AND table_id IS NULL AND round IS NULL
      AND op IS NOT NULL AND op = to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
  END
) NOT VALID;

-- Each side of a transfer is an account of the kind that it takes, and of the player or the table that it
-- names: an account that is not finds no change, and all of it is refused.
CREATE OR REPLACE FUNCTION apply_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  missing bigint;
BEGIN
  WITH sides AS (
    SELECT credit_id AS id, amount AS change, player_id, table_id,
      CASE kind
        WHEN 'stake' THEN 'escrow' WHEN 'cover' THEN 'escrow'
        WHEN 'collect' THEN 'house' WHEN 'bankroll' THEN 'house'
        ELSE 'player' END AS kind
    FROM added
    UNION ALL SELECT debit_id, -amount, player_id, table_id,
      CASE kind
        WHEN 'stake' THEN 'player'
        WHEN 'cover' THEN 'house'
        WHEN 'grant' THEN 'issuer' WHEN 'daily' THEN 'issuer' WHEN 'bankroll' THEN 'issuer'
        ELSE 'escrow' END
    FROM added
  ), changes AS (
    SELECT id, kind, owner, sum(change)::bigint AS change
    FROM (SELECT id, change, kind,
        CASE kind WHEN 'player' THEN player_id WHEN 'issuer' THEN '' ELSE table_id END AS owner
      FROM sides) AS owned
    GROUP BY id, kind, owner
  ), changed AS (
    UPDATE accounts SET balance = balance + change
    FROM changes WHERE accounts.id = changes.id AND accounts.kind = changes.kind
      AND coalesce(accounts.player_id, accounts.table_id, '') = changes.owner
    RETURNING accounts.id
  )
  SELECT (SELECT count(*) FROM changes) - (SELECT count(*) FROM changed) INTO missing;
  IF missing <> 0 THEN
    RAISE EXCEPTION 'a transfer names an account that there is not, or that is not of its kind, its player or its table';
  END IF;
  RETURN NULL;
END $$;

-- Seeds are chosen once: a table's first chain begins with round 1, each other one where the last ends.
CREATE FUNCTION seed_chain_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  due bigint;
BEGIN
  IF EXISTS (SELECT FROM seed_chains
      WHERE table_id = NEW.table_id AND first_round = NEW.first_round) THEN
    RETURN NEW; -- Its key refuses it, or lets it pass as done.
  END IF;
  SELECT first_round + length INTO due FROM seed_chains
  WHERE table_id = NEW.table_id ORDER BY first_round DESC LIMIT 1;
  IF NEW.first_round <> coalesce(due, 1) THEN
    RAISE EXCEPTION 'the next seed chain of table % begins with round %, not %',
      NEW.table_id, coalesce(due, 1), NEW.first_round;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER seed_chains_follow BEFORE INSERT ON seed_chains
  FOR EACH ROW EXECUTE FUNCTION seed_chain_follows();

-- A round is the one after its table's last, within a chain, and commits to the seed that everyone holds
-- already: the last round's, or the chain's anchor.
CREATE FUNCTION round_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  last rounds;
  chain seed_chains;
  held bytea;
BEGIN
  SELECT * INTO last FROM rounds WHERE table_id = NEW.table_id ORDER BY round DESC LIMIT 1;
  IF last.round = NEW.round OR last.status IN ('open', 'locked') THEN
    RETURN NEW; -- A key refuses it, or lets it pass as done.
  END IF;
  SELECT * INTO chain FROM seed_chains
  WHERE table_id = NEW.table_id AND first_round <= NEW.round AND NEW.round < first_round + length;
  held = CASE chain.first_round WHEN NEW.round THEN chain.anchor ELSE last.seed END;
  IF NEW.round <> coalesce(last.round, 0) + 1 OR chain.first_round IS NULL
    OR NEW.commitment IS DISTINCT FROM held
  THEN
    RAISE EXCEPTION 'round % of table % does not follow from round % and its seed chain',
      NEW.round, NEW.table_id, coalesce(last.round, 0);
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER rounds_follow BEFORE INSERT ON rounds
  FOR EACH ROW EXECUTE FUNCTION round_follows();

REVOKE EXECUTE ON FUNCTION seed_chain_follows, round_follows FROM PUBLIC;
