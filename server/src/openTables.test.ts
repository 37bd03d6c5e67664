import { expect, it } from "vitest";
import { whyClosed } from "./openTables.ts";
import { SeedKeyError } from "./rounds/seedVault.ts";

const bug = new Error("a table without a past");
const key = new SeedKeyError("another key");

it.each([
  ["nothing is wrong", [], null],
  ["one table is broken", [bug], null],
  ["all tables are broken", [bug, bug], bug],
  ["an operator can put right what is wrong with one", [bug, key], key],
  ["an operator can put right what is wrong with the only one that failed", [key], key],
])("a house of two tables is open, or not: %s", (_what, failures, why) => {
  expect(whyClosed(failures, 2)).toBe(why);
});
