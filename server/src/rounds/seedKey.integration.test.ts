/** Which chains the key has to open at a start. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { openRound, tableConfig } from "../testing/rounds.ts";
import { seal } from "./sealing.ts";
import { checkSeedKey, SeedKeyError } from "./seedVault.ts";

/** So long that the table makes no other chain by itself, in the background. */
const LENGTH = 5_000;
const NEXT = LENGTH + 1;
const OPEN = "status = 'open', bets_digest = NULL, seed = NULL, reason = NULL, settled_at = NULL";
const VOID =
  "status = 'void', bets_digest = 'none', seed = commitment, reason = 'a test', settled_at = opened_at";

let rig: BankRig;
/** A table with three chains. */
beforeAll(async () => {
  rig = await createBankRig(LENGTH);
  await rig.store.prepareTable(tableConfig("one"));
  await openRound(rig, "one", 1);
  for (const firstRound of [NEXT, NEXT + LENGTH]) {
    await rig.database.pool.query(
      `INSERT INTO seed_chains (table_id, first_round, length, anchor, sealed, created_at)
       SELECT table_id, $1, length, anchor, $2, created_at FROM seed_chains WHERE first_round = 1`,
      [firstRound, seal(Buffer.alloc(32), rig.seedKey, `croupier/v1|one|${firstRound}`)],
    );
  }
});
afterAll(() => rig?.database.close());

/** Does what the rules of the database hinder. */
async function change(statement: string): Promise<void> {
  await rig.database.pool.query(
    `BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`,
  );
}

it.each([
  { broken: 1, round: 1, as: OPEN, passes: false },
  { broken: 1, round: LENGTH, as: OPEN, passes: false },
  { broken: 1, round: LENGTH - 1, as: VOID, passes: false },
  { broken: 1, round: LENGTH, as: VOID, passes: true },
  { broken: 1, round: NEXT, as: OPEN, passes: true },
  { broken: NEXT, round: 1, as: OPEN, passes: false },
  { broken: NEXT, round: NEXT, as: OPEN, passes: false },
  { broken: NEXT + LENGTH, round: 1, as: OPEN, passes: false },
  // The last one always.
  { broken: NEXT + LENGTH, round: 3 * LENGTH, as: VOID, passes: false },
])(
  "chain $broken that another key opens, at round $round with $as: $passes",
  async ({ broken, round, as, passes }) => {
    const { rows } = await rig.database.pool.query(
      "SELECT sealed FROM seed_chains WHERE first_round = $1",
      [broken],
    );
    const set = (sealed: Buffer) =>
      `UPDATE seed_chains SET sealed = '\\x${sealed.toString("hex")}' WHERE first_round = ${broken}`;
    await change(
      `${set(Buffer.alloc(100))}; UPDATE rounds SET round = ${round}, ${as} WHERE table_id = 'one'`,
    );
    const checked = checkSeedKey(rig.database.pool, rig.seedKey);
    if (passes) await checked;
    else await expect(checked).rejects.toThrow(SeedKeyError);
    await change(set(rows[0].sealed));
    await checkSeedKey(rig.database.pool, rig.seedKey);
  },
);
