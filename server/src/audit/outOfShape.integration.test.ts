/** The audit goes on over what no house writes, and names it: only the owner of the database can. */
import { asChips } from "@croupier/shared/core/chips";
import type { Pool } from "pg";
import { afterEach, beforeEach, it } from "vitest";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { bet, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { expectNamed, expectSoundBooks } from "../testing/soundBooks.ts";

let rig: BankRig;
let pool: Pool;

/** A settled round and an open one, each with a bet. */
beforeEach(async () => {
  rig = await createBankRig(4);
  pool = createPool(rig.database.url, createLogger("silent"), { most: 2, statementMs: 0 });
  const { playerId } = await rig.players.registerGuest({ name: "Ada" });
  await rig.store.prepareTable(tableConfig("one"));
  const bets = [{ playerId, spot: "red", amount: asChips(20) }];
  await playRound(rig, "one", { round: 1, bets });
  await openRound(rig, "one", 2);
  await rig.store.post("one", bet(playerId, { round: 2, stakeChange: 15 }));
});
afterEach(async () => {
  await pool.end();
  await rig.database.close();
});

const HIGHEST = "9223372036854775807";
/** Of a small house's ids. */
const MOST_ID = 16_777_216;
const account = (id: number | string, balance: number) =>
  `INSERT INTO accounts (id, kind, player_id, balance) OVERRIDING SYSTEM VALUE
   VALUES (${id}, 'player', 'x', ${balance})`;
const round = (number: number, set: string) => `UPDATE rounds SET ${set} WHERE round = ${number}`;

it.each<[string, string, RegExp]>([
  [
    "a transfer's round is below all",
    "UPDATE transfers SET round = -1 WHERE round = 2",
    /^transfer \d+ \(stake\) is of no round$/,
  ],
  [
    "a transfer's round is beyond all",
    `UPDATE transfers SET round = ${HIGHEST} WHERE round = 2`,
    /^table one: round 922337203685477\d+ \(missing\) leaves 15 in escrow, not 0$/,
  ],
  [
    "an open round is beyond all",
    round(2, `round = ${HIGHEST}`),
    /^table one: round 9223372036854775807 \(open\) leaves 0 in escrow, not 0$|^table one: round 9223372036854775807 \(open\) comes after 1$/,
  ],
  [
    "a finished round is beyond all",
    round(1, `round = ${HIGHEST}`),
    /^table one: round 922337203685477\d+: /,
  ],
  [
    "a link is of a round beyond all",
    `UPDATE round_links SET round = ${HIGHEST}`,
    /^table one: round 9223372036854775807 has a hash and is not finished$/,
  ],
  [
    "a link is of a round below all",
    "UPDATE round_links SET round = -9223372036854775808",
    /^table one: round -9223372036854775808 has a hash and is not finished$/,
  ],
  [
    "a block ends beyond all",
    `UPDATE ledger_blocks SET last_transfer_id = ${HIGHEST} WHERE chain = 'one' AND number = 2`,
    /^table one: block 2 ends with 9223372036854775807, which is gone$/,
  ],
  [
    "a seed chain begins beyond all",
    `UPDATE seed_chains SET first_round = ${HIGHEST} WHERE first_round = 1`,
    /^table one: a seed chain begins with round 9223372036854775807, not \d+$/,
  ],
  [
    "a bet is beyond all",
    `UPDATE bets SET amount = ${HIGHEST}`,
    /^table one: round 1: its record cannot be read: /,
  ],
  [
    "a finished round's client seeds are no list",
    round(1, "client_seeds = '{}'"),
    /^table one: round 1: form: must be a list of /,
  ],
  [
    "a finished round's client seeds are no seeds",
    round(1, "client_seeds = '[null]'"),
    /^table one: round 1: form: must be a list of /,
  ],
  [
    "a finished round's client seeds are not there",
    `ALTER TABLE rounds ALTER client_seeds DROP NOT NULL; ${round(1, "client_seeds = NULL")}`,
    /^table one: round 1: form: must be a list of /,
  ],
  [
    "an open round's client seeds are not there",
    `ALTER TABLE rounds ALTER client_seeds DROP NOT NULL; ${round(2, "client_seeds = NULL")}`,
    /^table one: the client seeds of round 2 are not players with seeds$/,
  ],
  [
    "a stake is not there",
    `ALTER TABLE operations ALTER stake_after DROP NOT NULL;
     UPDATE operations SET stake_after = NULL WHERE round = 2`,
    /^operation \S+ of player \w+: logged a stake of , it was 15$/,
  ],
  [
    "a balance is not there",
    `ALTER TABLE operations ALTER balance_after DROP NOT NULL;
     UPDATE operations SET balance_after = NULL WHERE round = 2`,
    /^operation \S+ of player \w+: logged a balance of , it was \d+$/,
  ],
  [
    "a kind is not there",
    `ALTER TABLE operations ALTER kind DROP NOT NULL;
     UPDATE operations SET kind = NULL WHERE round = 2`,
    /^operation \S+ of player \w+: logged as .+, asked for as bet\|red:15$/,
  ],
  [
    "changes are not there",
    `ALTER TABLE operations ALTER changes DROP NOT NULL;
     UPDATE operations SET changes = NULL WHERE round = 2`,
    /^operation \S+ of player \w+: its changes are not spots with chips: nothing$/,
  ],
  [
    "a client seed has what its text is escaped for",
    round(1, `client_seeds = '[{"playerId": "\\"", "seed": "\\\\"}]'`),
    /^table one: round 1: form: must be a list of /,
  ],
  [
    "a finished round never ends, with another pocket",
    round(1, "settled_at = 'infinity', pocket = 'x'"),
    /^table one: round 1: its record cannot be read: /,
  ],
  [
    "an account has an id of its own",
    account(HIGHEST, 0),
    /^account player x has the id 9223372036854775807, which none can have$/,
  ],
  [
    "a balance is none",
    `ALTER TABLE accounts ALTER balance DROP NOT NULL;
     UPDATE accounts SET balance = NULL WHERE kind = 'player'`,
    /^account player \w+ has NaN, its transfers give \d+$/,
  ],
  [
    "an account below all others has chips",
    account(-1, 100),
    /^account player x has the id -1, which none can have$/,
  ],
  [
    "an account has an id for which there are too few accounts",
    account(MOST_ID + 1, 0),
    /^account player x has the id 16777217, which none can have$/,
  ],
])("names what is broken where %s", async (_, statements, named) => {
  await expectNamed(pool, statements, named);
});

it("finds nothing wrong with a sequence that left many ids out", async () => {
  await pool.query(account(MOST_ID, 0));
  await expectSoundBooks(pool);
});
