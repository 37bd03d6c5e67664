/** A start on a database in which somebody made, or may make, what the owner's functions would call. */
import { asChips } from "@croupier/shared/core/chips";
import { afterEach, beforeEach, expect, it } from "vitest";
import { preflight } from "./preflight.ts";
import type { BankRig } from "./testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "./testing/bankRig.ts";
import { playRound, tableConfig } from "./testing/rounds.ts";

let rig: BankRig;
let playerId: string;
beforeEach(async () => {
  rig = await createBankRig();
  ({ playerId } = await rig.players.registerGuest({}));
  await rig.store.prepareTable(tableConfig("one"));
});
afterEach(() => rig?.database.close());

/** What the start says, or null where it goes on. */
async function refusal(): Promise<string | null> {
  const { seedKey, clock, database } = rig;
  const options = { seedKey, now: clock.now(), unsafeDatabase: true, clockWasAhead: null };
  return preflight(database.pool, options).then(
    () => null,
    (error) => error.message,
  );
}

async function balance(): Promise<number> {
  const { rows } = await rig.database.pool.query<{ balance: number }>(
    "SELECT balance FROM accounts WHERE player_id = $1",
    [playerId],
  );
  return rows[0]?.balance ?? 0;
}

/** The start's one line has `statement` in it; all that it names is done. */
async function obey(statement: string): Promise<void> {
  const line = (await refusal()) ?? "";
  expect(line).toContain(statement);
  const [, statements = ""] =
    /owner's functions would call\. Run as a superuser: (.*;) Then prove/.exec(line) ?? [];
  await rig.database.pool.query(statements);
}

/** Plays a round on both colours, which returns all but a zero's part. */
async function play(round: number): Promise<void> {
  const amount = asChips(10);
  const bets = ["black", "red"].map((spot) => ({ playerId, spot, amount }));
  await playRound(rig, "one", { round, bets });
}

/** An exact match of what `add_round_link` asks for goes before Postgres's own, which takes any array. */
const PLANTED = `CREATE FUNCTION public.array_to_string(text[], text, text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE public.accounts SET balance = balance + 777 WHERE kind = 'player';
    RETURN '';
  END $$`;
const DROPPED = "DROP ROUTINE public.array_to_string(text[], text, text);";

it("is refused where everybody may create, for that makes the server's role the owner", async () => {
  const { pool, serverPool } = rig.database;
  await pool.query("GRANT CREATE ON SCHEMA public TO PUBLIC");
  expect(await refusal()).toContain(
    "Run as a superuser: REVOKE CREATE ON SCHEMA public FROM PUBLIC, croupier_server; Then",
  );
  await serverPool.query(PLANTED);
  await play(1);
  expect(await balance()).toBeGreaterThan(STARTING_CHIPS + 700);
  // The right alone does not undo what was done by it.
  await obey(DROPPED);
  expect(await refusal()).toBe(null);
  await expect(serverPool.query(PLANTED)).rejects.toThrow("permission denied for schema public");
  const before = await balance();
  await play(2);
  expect(await balance()).toBeLessThanOrEqual(before);
});

it.each([
  ["a function of Postgres's", PLANTED, DROPPED],
  [
    "a function of the house's with other types",
    "CREATE FUNCTION hold_rounds(text[], integer[]) RETURNS void LANGUAGE sql AS ''",
    "DROP ROUTINE public.hold_rounds(text[], integer[]);",
  ],
  [
    "an operator",
    "CREATE OPERATOR public.|| (FUNCTION = int4pl, LEFTARG = integer, RIGHTARG = integer)",
    "DROP OPERATOR public.||(integer,integer);",
  ],
])(
  "is refused where another had %s in the house's schema, who may do so no more",
  async (...made) => {
    const [, statement, dropped] = made;
    const { pool, serverPool } = rig.database;
    await pool.query("GRANT CREATE ON SCHEMA public TO PUBLIC");
    await serverPool.query(statement);
    await pool.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    await obey(dropped);
    expect(await refusal()).toBe(null);
  },
);

it("goes on where the owner made such a function, or another one of their own", async () => {
  const { pool, serverPool } = rig.database;
  await pool.query(`${PLANTED}; GRANT CREATE ON SCHEMA public TO PUBLIC`);
  await serverPool.query("CREATE FUNCTION note() RETURNS integer LANGUAGE sql AS 'SELECT 1'");
  await pool.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  expect(await refusal()).toBe(null);
});
