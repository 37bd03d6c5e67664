import { expect, it } from "vitest";
import { faultsOf } from "./audits.ts";

const OK = { check: "no balance was negative", ok: true, faults: [] };
const BROKEN = { check: "all accounts sum to zero", ok: false, faults: ["they sum to 5"] };
const ended = (code: number | null, checks: readonly object[], stderr = "") =>
  faultsOf({ code, stdout: JSON.stringify({ checks }), stderr });

it("finds nothing where every check is sound", () => {
  expect(ended(0, [OK])).toEqual([]);
});

it("tells the checks that are not", () => {
  expect(ended(1, [OK, BROKEN])).toEqual(["the audit: all accounts sum to zero: they sum to 5"]);
});

it("believes no audit that ended with an error, although every check is sound", () => {
  expect(ended(1, [OK], "the report is not of this database\n")).toEqual([
    "the audit ended with 1: the report is not of this database",
  ]);
  expect(ended(null, [OK])).toHaveLength(1);
});

it("believes none that said nothing, or checked nothing", () => {
  expect(faultsOf({ code: 0, stdout: "", stderr: "" })).toHaveLength(1);
  expect(ended(0, [])).toEqual(["the audit checked nothing"]);
});
