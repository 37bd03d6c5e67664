import { DatabaseError } from "pg";
import { describe, expect, it } from "vitest";
import { BankFaultError, BankUnavailableError, OutcomeUnknownError } from "../tables/store.ts";
import { asTablesKnow, isPassing } from "./errors.ts";

const ofDatabase = (code: string, message = "it says so") =>
  Object.assign(new DatabaseError(message, 1, "error"), { code });
const ofSystem = (code: string, syscall: string) =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

describe("not now", () => {
  it.each([
    ["a password that is being changed", ofDatabase("28P01")],
    ["a role that may not log in just now", ofDatabase("28000")],
    ["a database that is being restored", ofDatabase("3D000")],
    ["a database that takes no connections", ofDatabase("55000")],
    ["a database that was dropped under us", ofDatabase("57P04")],
    ["a transaction that took too long", ofDatabase("25P04")],
    ["too many connections", ofDatabase("53300")],
    ["a quota", ofDatabase("XX000", 'could not extend file "base/5/1": Disk quota exceeded')],
    ["a quota of folders", ofDatabase("XX000", 'could not create directory "base/6": …')],
    ["a disk that may not be written", ofDatabase("42501", 'could not open file "base/5/1": …')],
    ["no port left", ofSystem("EADDRNOTAVAIL", "connect")],
    ["no file left", ofSystem("EMFILE", "connect")],
    ["no way there", ofSystem("EHOSTDOWN", "connect")],
    ["a reset", ofSystem("ECONNRESET", "read")],
    ["TLS", Object.assign(new Error("bad record"), { code: "ERR_SSL_BAD_RECORD_TYPE" })],
    ["one of several addresses", new AggregateError([ofSystem("ECONNREFUSED", "connect")])],
  ])("is %s", (_, error) => {
    expect(isPassing(error)).toBe(true);
  });
});

describe("something wrong", () => {
  it.each([
    ["a broken constraint", ofDatabase("23514")],
    ["a syntax error", ofDatabase("42601")],
    ["a right that is missing", ofDatabase("42501")],
    ["an exception of the ledger's own", ofDatabase("P0001")],
    ["an exception in the database's words", ofDatabase("P0001", "could not open file 7")],
    [
      "a page that is damaged",
      ofDatabase("XX001", 'could not read blocks 3..3 in file "base/5/1"'),
    ],
    ["a file that is not there", ofSystem("ENOENT", "open")],
    ["a bug", new TypeError("undefined is not a function")],
    ["what nobody could find out", new OutcomeUnknownError("Connection terminated unexpectedly")],
  ])("is %s", (_, error) => {
    expect(isPassing(error)).toBe(false);
  });
});

describe("tables know", () => {
  it.each([
    ["that the bank is away", ofDatabase("53100"), BankUnavailableError],
    [
      "what passes and has no code",
      ofDatabase("XX000", 'could not open file "1"'),
      BankUnavailableError,
    ],
    ["a page that is damaged", ofDatabase("XX001"), BankFaultError],
    ["an index that is damaged", ofDatabase("XX002"), BankFaultError],
    ["an error inside the database", ofDatabase("XX000"), BankFaultError],
    ["a right that is missing", ofDatabase("42501"), BankFaultError],
    ["a column that is gone", ofDatabase("42703"), BankFaultError],
    ["a broken constraint", ofDatabase("23514"), DatabaseError],
    ["a number out of range", ofDatabase("22003"), DatabaseError],
    ["an exception of the ledger's own", ofDatabase("P0001"), DatabaseError],
    ["what nobody could find out", new OutcomeUnknownError("nobody knows"), OutcomeUnknownError],
    ["a bug", new TypeError("undefined is not a function"), TypeError],
  ])("%s", (_, error, kind) => {
    expect(asTablesKnow(error)).toBeInstanceOf(kind);
  });
});
