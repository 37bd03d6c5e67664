/** What the server's own role is refused, whatever the server believes. That it suffices, all else shows. */
import { asChips } from "@croupier/shared/core/chips";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../platform/log.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { bet, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { createPool } from "./pool.ts";

let rig: BankRig;
let server: Pool;
let playerId: string;
let epoch: number;

/** Table one has a settled round and an open one with a bet. */
beforeAll(async () => {
  rig = await createBankRig();
  server = rig.database.serverPool;
  ({ playerId } = await rig.players.registerGuest({}));
  await rig.store.prepareTable(tableConfig("one"));
  const bets = [{ playerId, spot: "red", amount: asChips(5) }];
  await playRound(rig, "one", { round: 1, bets });
  await openRound(rig, "one", 2);
  await rig.store.post("one", bet(playerId, { round: 2, stakeChange: 40 }));
  ({ epoch } = await rig.leaseOf("one"));
});
afterAll(() => rig?.database.close());

const TABLES = [
  "accounts",
  "transfers",
  "ledger_blocks",
  "rounds",
  "operations",
  "bets",
  "seed_chains",
  "round_links",
];

describe.each(TABLES)("of %s the server's role", (table) => {
  it.each([
    "DELETE FROM $",
    "TRUNCATE $",
    "ALTER TABLE $ DISABLE TRIGGER ALL",
    "DROP TABLE $ CASCADE",
    "DO 'BEGIN LOCK $ IN ACCESS EXCLUSIVE MODE; END'",
  ])("may not: %s", async (statement) => {
    const asked = server.query(statement.replace("$", table));
    await expect(asked).rejects.toThrow(/permission denied|must be owner/);
  });

  it("may change no column", async () => {
    const { rows } = await rig.database.pool.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0",
      [table],
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const { name } of rows) {
      const asked = server.query(`UPDATE ${table} SET ${name} = DEFAULT`);
      await expect(asked).rejects.toThrow("permission denied");
    }
  });
});

describe("the server's role", () => {
  it.each([
    [
      "make chips with an account",
      "INSERT INTO accounts (kind, player_id, balance) VALUES ('player', 'x', 5)",
    ],
    [
      "choose a transfer's number",
      "INSERT INTO transfers (id, kind, debit_id, credit_id, amount, created_at) OVERRIDING SYSTEM VALUE SELECT 9, 'grant', 1, max(id), 1, now() FROM accounts",
    ],
    ["add a block", "INSERT INTO ledger_blocks SELECT * FROM ledger_blocks"],
    ["add a block by its function", "SELECT add_block('', 1, 2, 3, 'x')"],
    ["add a round's link", "INSERT INTO round_links SELECT * FROM round_links"],
    ["add a link by its function", "SELECT add_round_link(rounds) FROM rounds"],
    ["write a finished round", "INSERT INTO rounds SELECT * FROM rounds"],
    [
      "hang the books' trigger on a table of its own",
      "CREATE TEMP TABLE added (debit_id bigint, credit_id bigint, amount bigint); CREATE TRIGGER mine AFTER INSERT ON added REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION apply_transfers()",
    ],
    ["lock accounts past the functions", "SELECT FROM accounts FOR UPDATE"],
    ["switch triggers off", "SET session_replication_role = replica"],
    ["rewrite what admins did", "UPDATE admin_audit SET who = 'nobody'"],
    ["rename a player", "UPDATE players SET player_id = 'x'"],
    ["forget a sign-in", "DELETE FROM sessions"],
    ["forget a migration", "DELETE FROM migrations"],
  ])("may not %s", async (_, statement) => {
    await expect(server.query(statement)).rejects.toThrow("permission denied");
  });

  it.each([
    ["settle a settled round again", "settle_round('one', 1, $1, '0', $2, now())", /not locked/],
    ["make a settled round void", "void_round('one', 1, $1, 'x', $2, 'x', now())", /is finished/],
    ["lock a settled round", "lock_round('one', 1, $1, 'x', now())", /is not open/],
    ["settle an open round", "settle_round('one', 2, $1, '0', $2, now())", /not locked/],
    [
      "reveal a wrong seed",
      "void_round('one', 2, $1, 'x', sha256($2), 'x', now())",
      /not its seed/,
    ],
  ])("may not %s", async (_, turn, message) => {
    const { rows } = await server.query("SELECT seed FROM rounds WHERE round = 1");
    const values = turn.includes("$2") ? [epoch, rows[0].seed] : [epoch];
    await expect(server.query(`SELECT ${turn}`, values)).rejects.toThrow(message);
  });

  it("may not take a turn under another epoch", async () => {
    const asked = server.query("SELECT lock_round('one', 2, $1, 'x', now())", [epoch + 1]);
    await expect(asked).rejects.toMatchObject({ code: "CR001" });
  });

  it.each([
    [
      "a bet",
      "INSERT INTO bets (table_id, round, player_id, spot, amount, returned) VALUES ('one', 1, 'x', 'red', 1, 0)",
      /takes no bets/,
    ],
    [
      "a release",
      "INSERT INTO transfers (kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at) SELECT 'release', escrow.id, player.id, 1, player.player_id, 'one', 1, 'again', now() FROM accounts AS escrow, accounts AS player WHERE escrow.kind = 'escrow' AND player.kind = 'player'",
      /takes no transfers/,
    ],
    [
      "an operation",
      "INSERT INTO operations (table_id, round, player_id, op, kind, content, ticket, changes, stake_change, stake_after, balance_after, posted_at, epoch) SELECT table_id, 1, player_id, 'new', kind, content, ticket, changes, stake_change, stake_after, balance_after, posted_at, epoch FROM operations WHERE round = 2",
      /takes no operations/,
    ],
  ])("may not add %s to a settled round", async (_, statement, message) => {
    const asked = server.query(`SELECT hold_lease('one', ${epoch}); ${statement}`);
    await expect(asked).rejects.toThrow(message);
  });
});

describe("the epoch of a lease", () => {
  it("is kept by Postgres's operators, whichever the server's role would have in their place", async () => {
    const { pool, url } = rig.database;
    await pool.query(
      `CREATE SCHEMA own;
       CREATE FUNCTION own.never(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';
       CREATE OPERATOR own.<> (FUNCTION = own.never, LEFTARG = bigint, RIGHTARG = bigint);
       GRANT USAGE ON SCHEMA own TO croupier_server`,
    );
    const other = createPool(url, createLogger("silent"), { most: 1, role: "croupier_server" });
    await other.query("SET search_path = own, pg_catalog, public");
    const back = other.query("UPDATE leases SET epoch = epoch + 7 WHERE table_id = 'one'");
    await expect(back).rejects.toThrow("grows by one with each takeover");
    await other.end();
  });
});

describe("a round's end", () => {
  it("is refused while chips of it are left in escrow", async () => {
    const { rows } = await server.query("SELECT commitment FROM rounds WHERE round = 2");
    const find = "UPDATE rounds SET commitment = sha256($1) WHERE round = 2";
    const seed = Buffer.alloc(32, 1);
    await rig.database.pool.query(find, [seed]);
    const ended = server.query("SELECT void_round('one', 2, $1, 'x', $2, 'x', now())", [
      epoch,
      seed,
    ]);
    await expect(ended).rejects.toThrow("leaves chips in escrow");
    await rig.database.pool.query("UPDATE rounds SET commitment = $1 WHERE round = 2", [
      rows[0].commitment,
    ]);
  });
});

describe("the chain of transfers", () => {
  it("refuses a transfer that comes after newer ones", async () => {
    const pool = createPool(rig.database.url, createLogger("silent"), { most: 1 });
    const grant = (id: string) => `INSERT INTO transfers
      (id, kind, debit_id, credit_id, amount, player_id, op, created_at) OVERRIDING SYSTEM VALUE
      SELECT ${id}, 'daily', 1, id, 1, player_id, '2026-01-01', '2026-01-01 12:00Z'
      FROM accounts WHERE kind = 'player'`;
    await expect(pool.query(grant("-1"))).rejects.toThrow(/comes after \d+ in the chain ""/);
    await pool.end();
  });

  it("refuses a name that could be written in two ways", async () => {
    const asked = server.query(
      `INSERT INTO transfers (kind, debit_id, credit_id, amount, table_id, op, created_at)
       SELECT 'bankroll', 1, id, 1, table_id, E'a\\tb', now() FROM accounts WHERE kind = 'house'`,
    );
    await expect(asked).rejects.toThrow("transfers_plain");
  });

  it("has a block for each table that a statement adds to", async () => {
    await rig.store.prepareTable(tableConfig("two"));
    await openRound(rig, "two", 1);
    const heads = async () => {
      const { rows } = await server.query(
        "SELECT chain, max(number) AS blocks FROM ledger_blocks GROUP BY chain",
      );
      return Object.fromEntries(rows.map(({ chain, blocks }) => [chain, blocks]));
    };
    const before = await heads();
    await Promise.all([
      rig.store.post("one", bet(playerId, { round: 2, stakeChange: 1 })),
      rig.store.post("two", bet(playerId, { round: 1, stakeChange: 1 })),
      rig.store.post("one", bet(playerId, { round: 2, stakeChange: 1 })),
    ]);
    expect(await heads()).toEqual({ "": before[""], one: before.one + 1, two: before.two + 1 });
  });
});
