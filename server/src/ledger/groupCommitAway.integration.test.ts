/** What waits while a flush fails, and what nobody could find out. */
import type { Pool } from "pg";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import type { RetryBounds } from "../platform/retry.ts";
import type { Lease } from "../tables/lease.ts";
import { BankUnavailableError, OutcomeUnknownError } from "../tables/store.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import type { LosingProxy } from "../testing/losingProxy.ts";
import { createLosingProxy } from "../testing/losingProxy.ts";
import { bet, openRound, tableConfig } from "../testing/rounds.ts";
import { GroupCommit } from "./groupCommit.ts";

const IN_FLUSH = 1_000;
const log = createLogger("silent");

let rig: BankRig;
let proxy: LosingProxy;
/** Through the proxy; their statements may take 500 ms. */
let pool: Pool;
let pipelined: Pool;
let commits: GroupCommit;
let lease: Lease;
let ada: string;

beforeEach(async () => {
  rig = await createBankRig();
  proxy = await createLosingProxy(rig.database.url);
  pool = createPool(proxy.url, log, { statementMs: 500 });
  pipelined = createPool(proxy.url, log, { pipeline: true, statementMs: 500 });
  commits = committing({ tries: 1 });
  ada = (await rig.players.registerGuest({ name: "Ada" })).playerId;
  await rig.store.prepareTable(tableConfig("one"));
  await openRound(rig, "one", 1);
  lease = await rig.leaseOf("one");
});
afterEach(async () => {
  await pool.end();
  await pipelined.end();
  await proxy.close();
  await rig.database.close();
});

const committing = ({ tries }: Pick<RetryBounds, "tries">) => {
  const { clock } = rig;
  const afterCommit = { tries, firstMs: 1, longestMs: 1 };
  return new GroupCommit({ pool, pipelined, clock, log, afterCommit });
};
const post = (op: string) => commits.post(lease, bet(ada, { round: 1, op, stakeChange: 1 }));
const posts = (count: number, first = "op-0") =>
  Array.from({ length: count }, (_, index) => post(index === 0 ? first : `op-${index}`));

/** Each takes one connection, of one pool or the other. */
function flushesFromNow(): () => number {
  const connects = [pool, pipelined].map((one) => vi.spyOn(one, "connect"));
  return () => connects.reduce((sum, { mock }) => sum + mock.calls.length, 0);
}

/** What every one of `asked` was rejected with. */
async function rejections(asked: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(asked);
  return settled.map((one) => (one.status === "rejected" ? one.reason : one.value));
}

/** Does `work` while somebody has every account to himself. */
async function whileLocked<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  const client = await rig.database.pool.connect();
  try {
    await client.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0");
    await client.query("SELECT FROM accounts ORDER BY id FOR UPDATE");
    return await work();
  } finally {
    client.release(true);
  }
}

it("answers all that waits for a bank that is away with the first flush that finds it so", async () => {
  const flushes = flushesFromNow();
  await whileLocked(async () => {
    for (const error of await rejections(posts(2 * IN_FLUSH + 1))) {
      expect(error).toBeInstanceOf(BankUnavailableError);
    }
  });
  expect(flushes()).toBe(1);
  await expect
    .poll(() => post("after").catch(() => null))
    .toEqual({
      status: "posted",
      balance: STARTING_CHIPS - 1,
    });
});

it("goes on with what waits where a flush lost a race", async () => {
  await rig.database.pool.query(
    `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$;
     CREATE TRIGGER lose BEFORE INSERT ON operations
       FOR EACH ROW WHEN (NEW.op = 'loser') EXECUTE FUNCTION lose()`,
  );
  const asked = posts(IN_FLUSH, "loser");
  const next = post("next");
  for (const error of await rejections(asked)) expect(error).toBeInstanceOf(BankUnavailableError);
  expect(await next).toEqual({ status: "posted", balance: STARTING_CHIPS - 1 });
});

it("does not ask one by one for what a bug broke, where the bank goes away meanwhile", async () => {
  // What a bug breaks as a whole is slow alone.
  await rig.database.pool.query(
    `CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF (SELECT count(*) FROM added) > 1 THEN RAISE EXCEPTION 'a bug'; END IF;
         PERFORM pg_sleep(60);
         RETURN NULL;
       END $$;
     CREATE TRIGGER break AFTER INSERT ON operations REFERENCING NEW TABLE AS added
       FOR EACH STATEMENT EXECUTE FUNCTION break()`,
  );
  const flushes = flushesFromNow();
  for (const error of await rejections(posts(20))) {
    expect(error).toBeInstanceOf(BankUnavailableError);
  }
  // All of them, and the first one.
  expect(flushes()).toBe(2);
});

it("says so where nobody could find out whether a commit went through, and serves again", async () => {
  const lost = proxy.loseNext("late");
  const posted = post("a");
  const unknown = expect(posted).rejects.toThrow(OutcomeUnknownError);
  await lost;
  // Asking again waits for the COMMIT that is still on its way, and that for this test.
  await unknown;
  proxy.deliver();
  const again = async () => (await post("a").catch(() => null))?.status;
  await expect.poll(again).toBe("already");
  expect(await rig.players.balance(ada)).toBe(STARTING_CHIPS - 1);
  expect(await post("b")).toEqual({ status: "posted", balance: STARTING_CHIPS - 2 });
});

it("gives up to find out after so long, however often it may ask", async () => {
  commits = committing({ tries: 1_000_000 });
  const lost = proxy.loseNext("commit");
  const posted = post("a");
  const unknown = expect(posted).rejects.toThrow(OutcomeUnknownError);
  await lost;
  await proxy.shut();
  await expect(post("b")).rejects.toThrow(BankUnavailableError);
  rig.clock.advance(20_000);
  await unknown;
});

it("takes what a pooler says of its own lost connection for no refusal", async () => {
  const lost = proxy.loseNext("pooler");
  const posted = post("a");
  const unknown = expect(posted).rejects.toThrow(OutcomeUnknownError);
  await lost;
  await proxy.shut();
  await unknown;
  await proxy.open();
  const again = async () => (await post("a").catch(() => null))?.status;
  await expect.poll(again).toBe("already");
  expect(await rig.players.balance(ada)).toBe(STARTING_CHIPS - 1);
});
