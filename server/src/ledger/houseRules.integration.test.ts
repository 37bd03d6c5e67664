/** What the books refuse whoever writes, be it the house itself: here as the server's role. */
import { createHash } from "node:crypto";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { bet, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { holdLease } from "./holdLease.ts";

/** Far from being used up, so that no next one is made meanwhile. */
const CHAIN_LENGTH = 3_000;
const TABLES = ["one", "two"];

let rig: BankRig;
let server: Pool;
let ada: string;
let ben: string;

/** Table one has chips of Ada in its open round 2, after a first one. A player is new and has no chips. */
beforeAll(async () => {
  rig = await createBankRig(CHAIN_LENGTH);
  server = rig.database.serverPool;
  ada = (await rig.players.registerGuest({})).playerId;
  ben = (await rig.players.registerGuest({})).playerId;
  await server.query("INSERT INTO accounts (kind, player_id) VALUES ('player', 'new')");
  for (const tableId of TABLES) await rig.store.prepareTable(tableConfig(tableId));
  await playRound(rig, "one", { round: 1, bets: [] });
  await openRound(rig, "one", 2);
  await rig.store.post("one", bet(ada, { round: 2, stakeChange: 40 }));
});
afterAll(() => rig?.database.close());

interface Row {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly player?: string | null;
  readonly table?: string | null;
  readonly round?: number | null;
  readonly op?: string | null;
  readonly at?: string;
}

const ACCOUNT = "(SELECT id FROM accounts WHERE kind || coalesce(table_id, player_id, '') =";

/** Adds one chip's transfers as the tables' holder, and takes them back; answers what was said against it. */
async function refusal(...rows: readonly Row[]): Promise<string | null> {
  const client = await server.connect();
  try {
    await client.query("BEGIN");
    for (const tableId of TABLES) await holdLease(client, await rig.leaseOf(tableId));
    for (const { kind, from, to, player, table, round, op, at } of rows) {
      await client.query(
        `INSERT INTO transfers (kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at)
         VALUES ($1, ${ACCOUNT} $2), ${ACCOUNT} $3), 1, $4, $5, $6, $7, $8)`,
        [kind, from, to, player, table, round, op, at ?? "2026-03-01 12:00Z"],
      );
    }
    return null;
  } catch (error) {
    return String(error);
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

/** Each kind as it must be. */
function movements(): readonly Row[] {
  const played = { player: ada, table: "one", round: 2 };
  const house = { table: "one", round: 2 };
  const account = `player${ada}`;
  return [
    { kind: "grant", from: "issuer", to: "playernew", player: "new" },
    { kind: "daily", from: "issuer", to: account, player: ada, op: "2026-03-01" },
    { kind: "bankroll", from: "issuer", to: "houseone", table: "one", op: "a need" },
    { kind: "stake", from: account, to: "escrowone", ...played, op: "new" },
    { kind: "release", from: "escrowone", to: account, ...played, op: "new" },
    { kind: "cover", from: "houseone", to: "escrowone", ...house },
    { kind: "payout", from: "escrowone", to: account, ...played },
    { kind: "collect", from: "escrowone", to: "houseone", ...house },
    { kind: "void", from: "escrowone", to: account, ...played },
  ];
}

function movement(kind: string): Row {
  const found = movements().find((row) => row.kind === kind);
  if (found === undefined) throw new Error(`there is no movement ${kind}`);
  return found;
}

const KINDS = "grant daily bankroll stake release cover payout collect void".split(" ");
const FILED = /violates check constraint "transfers_filed"/;
const NOT_ITS_OWN = /a transfer names an account that there is not, or that is not of its kind/;

describe.each(KINDS)("a %s", (kind) => {
  it("moves chips between accounts of its kinds, and no others", async () => {
    const { from, to, ...rest } = movement(kind);
    const owner = rest.player ?? ada;
    const accounts = ["issuer", "houseone", "escrowone", `player${owner}`];
    const taken: string[][] = [];
    for (const giver of accounts) {
      for (const taker of accounts.filter((other) => other !== giver)) {
        const said = await refusal({ ...rest, from: giver, to: taker });
        if (said === null) taken.push([giver, taker]);
        else expect(said).toMatch(NOT_ITS_OWN);
      }
    }
    expect(taken).toEqual([[from, to]]);
  });

  it("names whose the chips are", async () => {
    const row = movement(kind);
    const others: Row[] = [];
    if (row.player) others.push({ ...row, player: ben });
    if (row.table) others.push({ ...row, table: "two" });
    for (const other of others) expect(await refusal(other)).toMatch(NOT_ITS_OWN);
    expect(others.length).toBeGreaterThan(0);
  });

  it("is filed under what makes it the only one", async () => {
    const row = movement(kind);
    const filed = { player: ada, table: "one", round: 2, op: "again" };
    for (const [name, value] of Object.entries(filed)) {
      const had = row[name as keyof typeof filed];
      const other = { ...row, [name]: had == null ? value : null };
      expect(await refusal(other)).toMatch(FILED);
    }
  });
});

describe("the issuer", () => {
  it("gives nobody a second grant", async () => {
    const grant = { kind: "grant", from: "issuer", to: `player${ada}`, player: ada };
    expect(await refusal(grant)).toMatch(/transfers_once/);
    expect(await refusal({ ...grant, at: "2027-01-01 00:00Z" })).toMatch(/transfers_once/);
  });

  it("gives one daily a day of UTC, whatever it is called", async () => {
    const daily = movement("daily");
    const next = { ...daily, op: "2026-03-02", at: "2026-03-02 00:30+05:30" };
    expect(await refusal(daily, { ...daily, at: "2026-03-01 23:00Z" })).toMatch(/transfers_once/);
    expect(await refusal(daily, { ...daily, op: "b" })).toMatch(FILED);
    // In India it is the 2nd already.
    expect(await refusal(daily, next)).toMatch(FILED);
    expect(await refusal(daily, { ...next, at: "2026-03-02 05:30+05:30" })).toBeNull();
  });

  it("does so in whatever zone the database is", async () => {
    await server.query("SET timezone = 'Pacific/Auckland'");
    expect(await refusal(movement("daily"))).toBeNull();
  });
});

describe("a table's seeds", () => {
  const seed = Buffer.alloc(32, 7);
  const anchor = createHash("sha256").update(seed).digest();
  const chain = (tableId: string, firstRound: number) =>
    server.query(
      `INSERT INTO seed_chains (table_id, first_round, length, anchor, sealed, created_at)
       VALUES ($1, $2, 5, $3, '', now()) ON CONFLICT DO NOTHING`,
      [tableId, firstRound, anchor],
    );

  it.each([
    ["one", 2, 3_001],
    ["one", 3_000, 3_001],
    ["one", 3_002, 3_001],
    ["new", 2, 1],
  ])("of table %s do not begin anew at round %i, but at %i", async (tableId, firstRound, due) => {
    const line = `the next seed chain of table ${tableId} begins with round ${due}, not ${firstRound}`;
    await expect(chain(tableId, firstRound)).rejects.toThrow(line);
  });

  it("are made once, whoever was first", async () => {
    expect((await chain("one", 1)).rowCount).toBe(0);
    expect((await chain("new", 1)).rowCount).toBe(1);
  });

  const open = async (tableId: string, round: number, commitment: Buffer) => {
    const { epoch } = await rig.leaseOf(tableId);
    await server.query(
      `INSERT INTO rounds (table_id, round, status, wheel, zero_rule, commitment, entropy,
         client_seeds, opened_at, epoch)
       VALUES ($1, $2, 'open', 'european', 'none', $3, '', '[]', now(), $4)`,
      [tableId, round, commitment, epoch],
    );
  };

  it("are committed to by what everybody holds, round by round", async () => {
    await rig.store.voidRound({ tableId: "one", round: 2, reason: "a test", voidedAt: 0 });
    await expect(open("one", 3, anchor)).rejects.toThrow("round 3 of table one does not follow");
    const { rows } = await server.query("SELECT seed FROM rounds WHERE round = 2");
    await expect(open("one", 4, rows[0].seed)).rejects.toThrow("round 4 of table one does not");
    await open("one", 3, rows[0].seed);
  });

  it("are for rounds of their chain alone", async () => {
    await rig.leaseOf("bare");
    await expect(open("bare", 1, anchor)).rejects.toThrow("round 1 of table bare does not follow");
    await chain("bare", 1);
    await expect(open("bare", 2, anchor)).rejects.toThrow("round 2 of table bare does not follow");
    await expect(open("bare", 1, seed)).rejects.toThrow("round 1 of table bare does not follow");
    await open("bare", 1, anchor);
  });
});
