-- Transfers, chained by hash: whoever changes one afterwards, be it the owner of the database, breaks
-- every block that comes after it.
--
-- There is a chain for each table, and one ('') for what belongs to no table. What one statement adds
-- to a chain is its next block:
--
--   hash = SHA-256(previous hash || the block's lines, in the order of ids, joined by newlines)
--
-- A line is what COPY writes for the columns kind, debit_id, credit_id, amount, player_id, table_id,
-- round, op, created_at, in UTC: separated by tabs, \N where there is nothing. A chain begins with a
-- previous hash of 32 zero bytes.
--
-- The database adds the blocks itself, so no transfer goes around them. Whoever adds to a chain holds
-- the lock on its table's escrow, or on the issuer for the chain of no table, so ids grow in it.

DO $$
BEGIN
  IF current_schema() IS DISTINCT FROM 'public' THEN
    RAISE EXCEPTION 'the tables belong in the schema public: let the search_path begin with it';
  END IF;
END $$;

-- What COPY would have to escape is not in any name, so that a line is written in one way only.
ALTER TABLE transfers ADD CONSTRAINT transfers_plain CHECK (
  coalesce(player_id, '') || coalesce(table_id, '') || coalesce(op, '') !~ '[[:cntrl:]\\]');

CREATE TABLE ledger_blocks (
  chain text COLLATE "C" NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  first_transfer_id bigint NOT NULL,
  last_transfer_id bigint NOT NULL,
  transfers bigint NOT NULL CHECK (transfers > 0),
  previous bytea NOT NULL CHECK (length(previous) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (chain, number)
);

-- A transfer ends one block at most; whoever reads all transfers finds the blocks in their order.
CREATE UNIQUE INDEX ledger_blocks_last ON ledger_blocks (last_transfer_id);

CREATE TRIGGER ledger_blocks_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_blocks
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION transfer_line(
  kind text, debit_id bigint, credit_id bigint, amount bigint, player_id text, table_id text,
  round bigint, op text, created_at timestamptz
) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT kind || E'\t' || debit_id || E'\t' || credit_id || E'\t' || amount || E'\t'
    || coalesce(player_id, '\N') || E'\t' || coalesce(table_id, '\N') || E'\t'
    || coalesce(round::text, '\N') || E'\t' || coalesce(op, '\N') || E'\t' || created_at
$$;

-- Adds the next block to a chain.
CREATE FUNCTION add_block(
  its_chain text, first_id bigint, last_id bigint, its_transfers bigint, lines text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  head ledger_blocks;
BEGIN
  SELECT * INTO head FROM ledger_blocks WHERE chain = its_chain ORDER BY number DESC LIMIT 1;
  IF first_id <= head.last_transfer_id THEN
    RAISE EXCEPTION 'transfer % comes after % in the chain "%": its writer holds no lock',
      first_id, head.last_transfer_id, its_chain;
  END IF;
  head.previous = coalesce(head.hash, decode(repeat('00', 32), 'hex'));
  INSERT INTO ledger_blocks VALUES (
    its_chain, coalesce(head.number, 0) + 1, first_id, last_id, its_transfers, head.previous,
    sha256(head.previous || convert_to(lines, 'UTF8')));
END $$;

CREATE FUNCTION chain_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' AS $$
BEGIN
  PERFORM add_block(coalesce(table_id, ''), min(id), max(id), count(*),
    string_agg(transfer_line(kind, debit_id, credit_id, amount, player_id, table_id, round, op,
      created_at), E'\n' ORDER BY id))
  FROM added GROUP BY table_id;
  RETURN NULL;
END $$;

CREATE TRIGGER transfers_chain AFTER INSERT ON transfers
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION chain_transfers();

-- Transfers of before there were chains, a thousand a block.
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL timezone = 'UTC';
DO $$
DECLARE
  block record;
BEGIN
  FOR block IN
    SELECT chain, min(id) AS first_id, max(id) AS last_id, count(*) AS transfers,
      string_agg(line, E'\n' ORDER BY id) AS lines
    FROM (
      SELECT id, coalesce(table_id, '') AS chain,
        transfer_line(kind, debit_id, credit_id, amount, player_id, table_id, round, op,
          created_at) AS line,
        (row_number() OVER (PARTITION BY table_id ORDER BY id) - 1) / 1000 AS part
      FROM transfers) AS numbered
    GROUP BY chain, part ORDER BY chain, part
  LOOP
    PERFORM add_block(block.chain, block.first_id, block.last_id, block.transfers, block.lines);
  END LOOP;
END $$;
