/** What the database itself refuses, whoever asks. */
import { asChips } from "@croupier/shared/core/chips";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { playRound, tableConfig } from "../testing/rounds.ts";

let rig: BankRig;
beforeAll(async () => {
  rig = await createBankRig();
  const { playerId } = await rig.players.registerGuest({});
  await rig.store.prepareTable(tableConfig("one"));
  const bets = [{ playerId, spot: "red", amount: asChips(5) }];
  await playRound(rig, "one", { round: 1, bets });
});
afterAll(() => rig?.database.close());

const REFUSED = /only ever added|does not change/;

it.each([
  "UPDATE transfers SET amount = amount + 1",
  "DELETE FROM transfers",
  "TRUNCATE transfers",
  "DELETE FROM accounts",
  "TRUNCATE accounts",
  "UPDATE operations SET stake_change = 0",
  "DELETE FROM operations",
  "UPDATE bets SET returned = 0",
  "DELETE FROM bets",
  "UPDATE rounds SET pocket = '0' WHERE round = 1",
  "UPDATE rounds SET status = 'open', pocket = NULL, seed = NULL, settled_at = NULL",
  "DELETE FROM rounds",
  "TRUNCATE rounds",
  "UPDATE seed_chains SET length = 1",
  "DELETE FROM seed_chains",
])("%s is refused", async (statement) => {
  await expect(rig.database.pool.query(statement)).rejects.toThrow(REFUSED);
});

/** Chips for the house, unless told otherwise. */
const transfer = (parts: Record<string, string | number>) => {
  const row = {
    kind: "'bankroll'",
    debit_id: 1,
    credit_id: "(SELECT id FROM accounts WHERE kind = 'house')",
    amount: 1,
    table_id: "'one'",
    op: "'x'",
    created_at: "now()",
  };
  const all = { ...row, ...parts };
  const columns = Object.keys(all).join(", ");
  return `INSERT INTO transfers (${columns}) SELECT ${Object.values(all).join(", ")}`;
};

const ESCROW = "(SELECT id FROM accounts WHERE kind = 'escrow')";

it.each([
  [
    "below zero",
    transfer({ kind: "'collect'", debit_id: ESCROW, round: 2, op: "NULL" }),
    /not_below_zero/,
  ],
  ["of nothing", transfer({ amount: 0 }), /transfers_amount_check/],
  ["of less than nothing", transfer({ amount: -5 }), /transfers_amount_check/],
  ["to itself", transfer({ credit_id: 1 }), /transfers_check/],
  ["to nobody", transfer({ credit_id: 1_000_000 }), /an account that there is not/],
  ["of no known kind", transfer({ kind: "'gift'" }), /transfers_kind_check/],
  ["beyond what is exact", transfer({ amount: "9007199254740991" }), /accounts_exact/],
])("a transfer %s is refused", async (_, statement, message) => {
  await expect(rig.database.pool.query(statement)).rejects.toThrow(message);
});
