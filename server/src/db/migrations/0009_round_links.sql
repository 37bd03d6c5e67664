-- Finished rounds, chained by hash: whoever changes one afterwards, be it the owner of the database,
-- breaks the link of its table from there on.
--
--   hash = SHA-256(hash of the round before || line)
--
-- The line of a round is what its outcome and its payouts follow from, in UTC, separated by tabs and \N
-- where there is nothing: round, status, wheel, zero_rule, commitment, entropy, client_seeds,
-- bets_digest, pocket, seed, its seed chain's first_round, length and anchor, opened_at, locked_at,
-- settled_at, reason. Bytes are in hex. The reason comes last, since it may hold anything. Before the
-- first round there are 32 zero bytes.

CREATE TABLE round_links (
  table_id text NOT NULL,
  round bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (table_id, round)
);

CREATE TRIGGER round_links_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON round_links
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION add_round_link(its rounds) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' AS $$
DECLARE
  previous bytea;
  chain seed_chains;
  line text;
BEGIN
  SELECT hash INTO previous FROM round_links WHERE table_id = its.table_id AND round = its.round - 1;
  SELECT * INTO chain FROM seed_chains
  WHERE table_id = its.table_id AND first_round <= its.round ORDER BY first_round DESC LIMIT 1;
  line = array_to_string(ARRAY[
    its.round::text, its.status, its.wheel, its.zero_rule, encode(its.commitment, 'hex'), its.entropy,
    its.client_seeds::text, its.bets_digest, its.pocket, encode(its.seed, 'hex'),
    chain.first_round::text, chain.length::text, encode(chain.anchor, 'hex'),
    its.opened_at::text, its.locked_at::text, its.settled_at::text, its.reason], E'\t', '\N');
  INSERT INTO round_links VALUES (its.table_id, its.round, sha256(
    coalesce(previous, decode(repeat('00', 32), 'hex')) || convert_to(line, 'UTF8')));
END $$;

CREATE FUNCTION link_round() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM add_round_link(NEW);
  RETURN NULL;
END $$;

CREATE TRIGGER rounds_link AFTER UPDATE OF status ON rounds
  FOR EACH ROW WHEN (NEW.status IN ('settled', 'void')) EXECUTE FUNCTION link_round();

REVOKE EXECUTE ON FUNCTION add_round_link, link_round FROM PUBLIC;
GRANT SELECT ON round_links TO croupier_server;

-- Rounds of before there were links.
DO $$
DECLARE
  its rounds;
BEGIN
  FOR its IN
    SELECT * FROM rounds WHERE status IN ('settled', 'void') ORDER BY table_id, round
  LOOP
    PERFORM add_round_link(its);
  END LOOP;
END $$;
