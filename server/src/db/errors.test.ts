import { DatabaseError } from "pg";
import { describe, expect, it } from "vitest";
import { OutcomeUnknownError } from "../tables/store.ts";
import { isPassing } from "./errors.ts";

const ofDatabase = (code: string) =>
  Object.assign(new DatabaseError("it says so", 1, "error"), { code });
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
    ["a file that is not there", ofSystem("ENOENT", "open")],
    ["a bug", new TypeError("undefined is not a function")],
    ["what nobody could find out", new OutcomeUnknownError("Connection terminated unexpectedly")],
  ])("is %s", (_, error) => {
    expect(isPassing(error)).toBe(false);
  });
});
