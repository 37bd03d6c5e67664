/** What belongs to a table is taken from whoever holds its lease, and from nobody else: by the database. */
import type { Pool, PoolClient } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Lease } from "../tables/lease.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { bet, openRound, tableConfig } from "../testing/rounds.ts";

/** The names hold one another, so that none passes for another. */
const TABLES = ["one", "one-two", "on"];
const STALE = { code: "CR001" };

let rig: BankRig;
let server: Pool;
let lease: Lease;

/** Each table has an open round with chips of the same player; its lease was taken over once. */
beforeAll(async () => {
  rig = await createBankRig();
  server = rig.database.serverPool;
  const { playerId } = await rig.players.registerGuest({});
  await rig.database.pool.query(
    `INSERT INTO leases SELECT name, 1, NULL, NULL, now(), now() FROM unnest($1::text[]) AS name`,
    [TABLES],
  );
  for (const tableId of TABLES) {
    await rig.store.prepareTable(tableConfig(tableId));
    await openRound(rig, tableId, 1);
    await rig.store.post(tableId, bet(playerId, { round: 1, stakeChange: 40 }));
  }
  lease = await rig.leaseOf("one");
});
afterAll(() => rig?.database.close());

let client: PoolClient;
beforeEach(async () => {
  client = await server.connect();
  await client.query("BEGIN");
});
afterEach(async () => {
  await client.query("ROLLBACK");
  client.release();
});

const held = ({ tableId, epoch }: Lease) =>
  client.query("SELECT hold_lease($1, $2)", [tableId, epoch]);

const transferOf = (
  kind: string,
  { from, to, round = "1", op = "'new'" }: Record<string, string>,
) =>
  `INSERT INTO transfers (kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at)
   SELECT '${kind}', giver.id, taker.id, 1, coalesce(giver.player_id, taker.player_id), 'one', ${round},
     ${op}, now()
   FROM accounts AS giver, accounts AS taker
   WHERE giver.kind = '${from}' AND coalesce(giver.table_id, 'one') = 'one'
     AND taker.kind = '${to}' AND coalesce(taker.table_id, 'one') = 'one'`;

const STAKE = transferOf("stake", { from: "player", to: "escrow" });

describe.each([
  ["a bankroll", transferOf("bankroll", { from: "issuer", to: "house", round: "NULL" })],
  ["a stake", STAKE],
  ["a release", transferOf("release", { from: "escrow", to: "player" })],
  ["a payout", transferOf("payout", { from: "escrow", to: "player", op: "NULL" })],
  ["a stake taken back", transferOf("void", { from: "escrow", to: "player", op: "NULL" })],
  ["a cover", transferOf("cover", { from: "house", to: "escrow", op: "NULL" })],
  ["what the house collects", transferOf("collect", { from: "escrow", to: "house", op: "NULL" })],
  [
    "a bet",
    "INSERT INTO bets (table_id, round, player_id, spot, amount, returned) VALUES ('one', 1, 'x', 'red', 1, 0)",
  ],
])("%s", (_, insert) => {
  it("is taken from who holds the lease", async () => {
    await held(lease);
    expect((await client.query(insert)).rowCount).toBe(1);
  });

  it("is refused without it", async () => {
    await expect(client.query(insert)).rejects.toMatchObject(STALE);
  });

  it("is refused with an old epoch", async () => {
    await client.query("SAVEPOINT before");
    await expect(held({ ...lease, epoch: lease.epoch - 1 })).rejects.toMatchObject(STALE);
    await client.query("ROLLBACK TO SAVEPOINT before");
    await expect(client.query(insert)).rejects.toMatchObject(STALE);
  });

  it("is refused with the leases of other tables", async () => {
    for (const tableId of TABLES.slice(1)) await held(await rig.leaseOf(tableId));
    await expect(client.query(insert)).rejects.toMatchObject(STALE);
  });
});

it("takes a stake with its operation, which carries the epoch", async () => {
  const operation = (epoch: number) =>
    client.query(
      `INSERT INTO operations (table_id, round, player_id, op, kind, content, ticket, changes,
         stake_change, stake_after, balance_after, posted_at, epoch)
       SELECT table_id, round, player_id, 'new', kind, content, gen_random_uuid(), changes,
         1, 41, 1, now(), $1 FROM operations WHERE table_id = 'one'`,
      [epoch],
    );
  await client.query("SAVEPOINT before");
  await expect(operation(lease.epoch - 1)).rejects.toMatchObject(STALE);
  await client.query("ROLLBACK TO SAVEPOINT before");
  await operation(lease.epoch);
  expect((await client.query(STAKE)).rowCount).toBe(1);
});

describe("a lease", () => {
  it("is held no longer than the transaction", async () => {
    await held(lease);
    await client.query("COMMIT; BEGIN");
    await expect(client.query(STAKE)).rejects.toMatchObject(STALE);
  });

  it("is held no longer than the savepoint that it was taken in", async () => {
    await client.query("SAVEPOINT before");
    await held(lease);
    await client.query("ROLLBACK TO SAVEPOINT before");
    await expect(client.query(STAKE)).rejects.toMatchObject(STALE);
  });

  it("is held beside others, and once however often it is asked for", async () => {
    for (const tableId of [...TABLES, ...TABLES]) await held(await rig.leaseOf(tableId));
    expect((await client.query(STAKE)).rowCount).toBe(1);
    const { rows } = await client.query("SELECT current_setting('croupier.held') AS held");
    expect(rows[0].held).toBe(`\n${TABLES.join("\n")}\n`);
  });
});
