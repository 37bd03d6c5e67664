-- What the server may do: its role adds, and never changes.
--
-- The tables belong to whoever migrates. The server works as croupier_server, which may read
-- everything and insert transfers, rounds, operations, bets and seeds. Balances change by the
-- transfers' trigger only; a round takes its turns by the functions below only, which hold the lease
-- and look at where the round stands; and accounts and rounds are locked by functions, because SQL
-- gives locks to those alone who may write.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'croupier_server') THEN
    CREATE ROLE croupier_server NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN
    NULL; -- Another database of this Postgres was migrated at the same moment.
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the user % may not create roles. As a superuser run once: CREATE ROLE croupier_server; GRANT croupier_server TO %;',
      current_user, quote_ident(current_user);
END $$;

-- Whoever migrates may also run the server.
DO $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    GRANT croupier_server TO CURRENT_USER;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN
    IF NOT pg_has_role(current_user, 'croupier_server', 'MEMBER') THEN
      RAISE EXCEPTION 'the user % may not act as croupier_server. As a superuser run once: GRANT croupier_server TO %;',
        current_user, quote_ident(current_user);
    END IF;
END $$;

-- Locks accounts until the transaction's end, in the order of their ids, and answers them.
CREATE FUNCTION lock_accounts(
  players text[], escrows text[], houses text[], with_issuer boolean
) RETURNS SETOF accounts LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT * FROM accounts
    WHERE id IN (
      SELECT id FROM accounts WHERE player_id = ANY(players)
      UNION ALL SELECT id FROM accounts WHERE table_id = ANY(escrows) AND kind = 'escrow'
      UNION ALL SELECT id FROM accounts WHERE table_id = ANY(houses) AND kind = 'house'
      UNION ALL SELECT id FROM accounts WHERE kind = 'issuer' AND with_issuer)
    ORDER BY id FOR UPDATE;
END $$;

-- Keeps rounds from their next turn, and their tables from a takeover, until the transaction's end;
-- answers them with the tables' current epochs.
CREATE FUNCTION hold_rounds(table_ids text[], numbers bigint[])
RETURNS TABLE (table_id text, round bigint, status text, epoch bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT rounds.table_id, rounds.round, rounds.status, leases.epoch
    FROM rounds JOIN leases ON leases.table_id = rounds.table_id
    WHERE (rounds.table_id, rounds.round) IN (SELECT * FROM unnest(table_ids, numbers))
    ORDER BY rounds.table_id, rounds.round FOR KEY SHARE OF leases FOR SHARE OF rounds;
END $$;

-- Locks a round for its next turn and answers it.
CREATE FUNCTION hold_round(its_table text, its_round bigint) RETURNS SETOF rounds
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT * FROM rounds WHERE table_id = its_table AND round = its_round FOR UPDATE;
END $$;

-- The same for the round that a table has not finished, if there is one.
CREATE FUNCTION hold_unfinished_round(its_table text) RETURNS SETOF rounds
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT * FROM rounds
    WHERE table_id = its_table AND status IN ('open', 'locked') FOR UPDATE;
END $$;

-- The turns of a round. Each is refused where the epoch is not the current one (by the trigger on
-- rounds) and where the round does not stand before this turn.

-- Each turn's time is not before the turn's before it, whoever's clock it comes from: the next holder's
-- may be behind the last one's.
CREATE FUNCTION lock_round(
  its_table text, its_round bigint, its_epoch bigint, digest text, at timestamptz
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE rounds SET status = 'locked', bets_digest = digest, locked_at = greatest(at, opened_at),
    epoch = its_epoch
  WHERE table_id = its_table AND round = its_round AND status = 'open';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'round % of table % is not open and cannot be locked', its_round, its_table;
  END IF;
END $$;

CREATE FUNCTION settle_round(
  its_table text, its_round bigint, its_epoch bigint, its_pocket text, its_seed bytea,
  at timestamptz
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE rounds SET status = 'settled', pocket = its_pocket, seed = its_seed,
    settled_at = greatest(at, locked_at), epoch = its_epoch
  WHERE table_id = its_table AND round = its_round AND status = 'locked'
    AND commitment = sha256(its_seed);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'round % of table % is not locked, or this is not its seed', its_round, its_table;
  END IF;
  PERFORM escrow_is_empty(its_table);
END $$;

CREATE FUNCTION void_round(
  its_table text, its_round bigint, its_epoch bigint, its_reason text, its_seed bytea, digest text,
  at timestamptz
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE rounds SET status = 'void', reason = its_reason, seed = its_seed,
    settled_at = greatest(at, opened_at, locked_at), bets_digest = coalesce(bets_digest, digest), epoch = its_epoch
  WHERE table_id = its_table AND round = its_round AND status IN ('open', 'locked')
    AND commitment = sha256(its_seed);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'round % of table % is finished, or this is not its seed', its_round, its_table;
  END IF;
  PERFORM escrow_is_empty(its_table);
END $$;

-- A table has one unfinished round at most: when that ends nothing is left of it.
CREATE FUNCTION escrow_is_empty(its_table text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM accounts
      WHERE table_id = its_table AND kind = 'escrow' AND balance <> 0) THEN
    RAISE EXCEPTION 'the round of table % leaves chips in escrow', its_table;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION keep_finished() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('settled', 'void') THEN
    RAISE EXCEPTION 'round % of table % is finished and does not change', OLD.round, OLD.table_id;
  END IF;
  IF OLD.status = 'locked' AND NEW.status = 'open' OR OLD.status = 'open' AND NEW.status = 'settled'
  THEN
    RAISE EXCEPTION 'round % of table % does not change from % to %',
      OLD.round, OLD.table_id, OLD.status, NEW.status;
  END IF;
  RETURN NEW;
END $$;

-- What is added to a round is added while it runs: its record is final when it is finished. The
-- arguments are the statuses in which it takes the row.
CREATE FUNCTION round_takes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  stray record;
BEGIN
  SELECT asked.table_id, asked.round INTO stray
  FROM (SELECT DISTINCT table_id, round FROM added WHERE round IS NOT NULL) AS asked
    LEFT JOIN rounds ON rounds.table_id = asked.table_id AND rounds.round = asked.round
  WHERE rounds.status IS NULL OR rounds.status <> ALL(TG_ARGV) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'round % of table % takes no %', stray.round, stray.table_id, TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER operations_in_round AFTER INSERT ON operations
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION round_takes('open');
CREATE TRIGGER bets_in_round AFTER INSERT ON bets
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION round_takes('open', 'locked');
CREATE TRIGGER transfers_in_round AFTER INSERT ON transfers
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION round_takes('open', 'locked');

ALTER FUNCTION apply_transfers() SECURITY DEFINER SET search_path = public, pg_temp;

-- Nobody hangs a trigger that acts for the owner on a table of their own.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_lease, lock_accounts, hold_rounds, hold_round,
  hold_unfinished_round, lock_round, settle_round, void_round TO croupier_server;

GRANT USAGE ON SCHEMA public TO croupier_server;
GRANT SELECT ON migrations, accounts, transfers, ledger_blocks, rounds, operations, bets, seed_chains,
  leases, players, sessions, admin_audit TO croupier_server;
-- Without balance: an account begins with nothing.
GRANT INSERT (kind, table_id, player_id) ON accounts TO croupier_server;
GRANT INSERT (kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at)
  ON transfers TO croupier_server;
-- With these columns only an open round can be written.
GRANT INSERT (table_id, round, status, wheel, zero_rule, commitment, entropy, client_seeds, opened_at,
  epoch) ON rounds TO croupier_server;
GRANT INSERT ON operations, bets, seed_chains, leases, players, sessions, admin_audit
  TO croupier_server;
GRANT UPDATE (epoch, holder, backend, renewed_at, expires_at) ON leases TO croupier_server;
-- A guest registers.
GRANT UPDATE (email, password_hash) ON players TO croupier_server;
