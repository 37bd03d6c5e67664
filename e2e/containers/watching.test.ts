import { describe, expect, it } from "vitest";
import { fewerIn } from "./backupActs.ts";
import { EngineError } from "./engine.ts";
import { partsOf } from "./secretParts.ts";
import { bytesIn, openBesides } from "./watching.ts";

describe("what is open besides Nginx", () => {
  const doors = ["nginx 127.0.0.1:4431 8443/tcp", "nginx 0.0.0.0:80 8080/tcp"];

  it("is nothing where only its doors are", () => {
    expect(openBesides(`${doors.join("\n")}\n\n`)).toEqual([]);
    expect(openBesides("")).toEqual([]);
  });

  it.each([
    "postgres 0.0.0.0:5432 5432/tcp",
    "redis :::6379 6379/tcp",
    "server 127.0.0.1:2567 2567/tcp",
    "nginx 0.0.0.0:2567 2567/tcp",
  ])("is %s", (line) => {
    expect(openBesides([...doors, line].join("\n"))).toEqual([line]);
  });
});

describe("what must not be seen of a secret", () => {
  it("is its password too, where it is an address", () => {
    const address = "postgres://house:s3cret@postgres:5432/croupier";
    expect(partsOf(address)).toEqual([address, "s3cret"]);
    expect(partsOf("0badc0de")).toEqual(["0badc0de"]);
  });
});

describe("what the engine tells of memory", () => {
  it.each([
    ["111.5MiB / 512MiB", 111.5 * 2 ** 20],
    ["1.5GiB / 2GiB", 1.5 * 2 ** 30],
    ["512KiB / 1GiB", 512 * 2 ** 10],
    ["0B / 0B", 0],
  ])("%s", (usage, bytes) => {
    expect(bytesIn(usage)).toBe(bytes);
  });

  it("is refused where it is something else", () => {
    expect(() => bytesIn("-- / --")).toThrow(EngineError);
  });
});

describe("restored books", () => {
  const books = (rounds: number) =>
    `ok     all accounts sum to zero (7)\r\nok     each seed follows (${rounds})\nThe ledger is sound.`;

  it("may have more than those of before, and nothing less", () => {
    expect(fewerIn(books(41), books(40))).toEqual([]);
    expect(fewerIn(books(39), books(40))).toEqual(["each seed follows: 39 of 40 are restored"]);
    expect(fewerIn("", books(40))).toHaveLength(2);
    expect(fewerIn(books(40), "")).toEqual(["the audit before counted nothing"]);
  });
});
