/** Rounds so large, or machines so slow, that a turn takes the database longer than a statement may. */
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf } from "@croupier/shared/core/fairness";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { copyIn } from "../db/copyIn.ts";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import { bet, lockAndDraw, openRound, tableConfig } from "../testing/rounds.ts";
import { Turns } from "./turns.ts";

let rig: BankRig;
let ada: string;
let tableId: string;
let tables = 0;
beforeAll(async () => {
  rig = await createBankRig();
  await rig.database.pool.query(`CREATE TABLE tests_need (seconds integer);
    GRANT SELECT ON tests_need TO PUBLIC;
    INSERT INTO tests_need VALUES (0)`);
  // Each turn begins by holding its lease: there it meets what a slow one would.
  const { rows } = await rig.database.pool.query<{ text: string }>(
    "SELECT pg_get_functiondef('hold_lease'::regproc) AS text",
  );
  const slow = `BEGIN
    IF current_setting('statement_timeout')::interval < (SELECT seconds * interval '1 s' FROM tests_need)
    THEN
      RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014';
    END IF;`;
  await rig.database.pool.query((rows[0]?.text ?? "").replace("BEGIN", slow));
});
afterAll(() => rig?.database.close());
beforeEach(async () => {
  await turnsTake(0);
  tables += 1;
  tableId = `table-${tables}`;
  await rig.store.prepareTable(tableConfig(tableId));
  ada = (await rig.players.registerGuest({ name: "Ada" })).playerId;
  await openRound(rig, tableId, 1);
  await rig.store.post(tableId, bet(ada, { round: 1, stakeChange: 100 }));
});

const BETS = () => [{ playerId: ada, spot: "red", amount: asChips(100) }];
const turnsTake = (seconds: number) =>
  rig.database.pool.query("UPDATE tests_need SET seconds = $1", [seconds]);

/** Asks as a table does; answers how often it was refused before. */
async function refusals(ask: () => Promise<unknown>): Promise<number> {
  for (let refused = 0; ; refused += 1) {
    try {
      await ask();
      return refused;
    } catch (error) {
      if (!(error instanceof BankUnavailableError) || refused === 20) throw error;
    }
  }
}

const lock = () =>
  rig.store.lockRound({
    tableId,
    round: 1,
    betsDigest: betsDigestOf(BETS()),
    lockedAt: rig.clock.now(),
  });
const voidIt = () =>
  rig.store.voidRound({ tableId, round: 1, reason: "a test", voidedAt: rig.clock.now() });

describe("a turn that takes longer than a statement may", () => {
  it("is given more time each time that it is asked for: its round locks and settles", async () => {
    await turnsTake(39);
    // After 5, 10 and 20 s.
    expect(await refusals(lock)).toBe(3);
    await turnsTake(0);
    const settling = await lockAndDraw(rig, tableId, { round: 1, bets: BETS() });
    await turnsTake(39);
    expect(await refusals(() => rig.store.settleRound(settling))).toBe(3);
    await turnsTake(0);
    const [payout] = settling.payouts;
    const { balances } = await rig.store.settleRound(settling);
    expect(balances.get(ada)).toBe(STARTING_CHIPS - 100 + (payout?.returned ?? 0));
  });

  it("is given it by the next store of its table as well: the round is recovered", async () => {
    await turnsTake(39);
    const next = rig.stores.of(await rig.leaseOf(tableId));
    expect(await refusals(() => rig.store.prepareTable(tableConfig(tableId)))).toBe(3);
    await turnsTake(9);
    expect(await refusals(() => rig.store.prepareTable(tableConfig(tableId)))).toBe(1);
    await turnsTake(19);
    await expect(rig.store.prepareTable(tableConfig(tableId))).rejects.toThrow(
      BankUnavailableError,
    );
    expect(await refusals(() => next.prepareTable(tableConfig(tableId)))).toBe(1);
  });

  it("is given it where the round is taken back", async () => {
    await turnsTake(39);
    expect(await refusals(voidIt)).toBe(3);
    await turnsTake(0);
    expect((await voidIt()).balances.get(ada)).toBe(STARTING_CHIPS);
  });

  it("is given no more where the database says nothing of time", async () => {
    const turns = new Turns(rig.database.serverPool);
    const lease = await rig.leaseOf(tableId);
    const broken = turns.take(lease, (client) => client.query("SELECT 1 / 0"));
    await expect(broken).rejects.toThrow("division by zero");
    const { rows } = await turns.take(lease, (client) => client.query("SHOW statement_timeout"));
    expect(rows).toEqual([{ statement_timeout: "5s" }]);
  });

  it("is waited for as long as it may take, its rows as well as its answers", async () => {
    const pool = createPool(rig.database.url, createLogger("silent"), { statementMs: 150 });
    onTestFinished(() => pool.end());
    const turns = new Turns(pool);
    const lease = await rig.leaseOf(tableId);
    await rig.database.pool.query(`CREATE TABLE slow_rows (one integer);
      CREATE FUNCTION rest() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END';
      CREATE TRIGGER slowly BEFORE INSERT ON slow_rows FOR EACH ROW EXECUTE FUNCTION rest()`);
    const slow = () =>
      turns.take(lease, async (client) => {
        await client.query("SELECT pg_sleep($1)", [0.4]);
        await copyIn(client, { table: "slow_rows", columns: ["one"] }, [[1]]);
      });
    await turnsTake(60);
    const tries: string[] = [];
    while (tries.length < 20) {
      const ended = await slow().then(
        () => "done",
        (error: Error) => error.message,
      );
      tries.push(ended);
      if (ended === "done") break;
    }
    expect(new Set(tries)).toEqual(
      new Set(["canceling statement due to statement timeout", "done"]),
    );
  });
});
