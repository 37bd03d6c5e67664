import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loggable, readConfig } from "./config.ts";
import { ConfigError } from "./configError.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("the configuration was taken");
}

const tables = (...list: unknown[]) => ({ TABLES: JSON.stringify(list) });

describe("what is there by default", () => {
  const config = readConfig({});

  it("has three tables, one a wheel, each with its own zero rule", () => {
    expect(config.tables.map(({ tableId, wheel, zeroRule }) => [tableId, wheel, zeroRule])).toEqual(
      [
        ["european", "european", "la-partage"],
        ["american", "american", "none"],
        ["triple-zero", "triple-zero", "none"],
      ],
    );
  });

  it("has the interface's values", () => {
    expect(config).toMatchObject({
      port: 2567,
      transport: "auto",
      seedChainLength: 1_048_576,
      startingChips: 10_000,
      dailyChips: 1_000,
      listenAddress: null,
      metricsPort: 0,
      trustProxy: false,
      logLevel: "info",
      databaseUrl: null,
      redisUrl: null,
    });
  });

  it.each([
    "play.example.org/one",
    "LOCALHOST:8443/p/1",
    "127.0.0.1:80",
    "[::1]:8080/p/2/",
    "croupier-server-1",
  ])("takes %s as a public address", (address) => {
    expect(readConfig({ PUBLIC_ADDRESS: address }).publicAddress).toBe(address);
  });

  it("takes an empty variable for an unset one", () => {
    const names = ["PORT", "TABLES", "TRUST_PROXY", "CLOCK_WAS_AHEAD", "SEED_CHAIN_LENGTH"];
    const empty = [...names, "TRANSPORT", "STARTING_CHIPS", "DAILY_CHIPS", "METRICS_PORT"];
    expect(readConfig(Object.fromEntries(empty.map((name) => [name, ""])))).toEqual(config);
  });
});

describe("a value that cannot be used is named in one line, with what it takes", () => {
  it.each<[string, Record<string, string>, readonly string[]]>([
    ["a port of letters", { PORT: "abc" }, ["PORT", '"abc"', "0 to 65535"]],
    ["a port too high", { PORT: "70000" }, ["PORT", "0 to 65535"]],
    ["a negative port", { PORT: "-1" }, ["PORT"]],
    ["a fraction", { STARTING_CHIPS: "1.5" }, ["STARTING_CHIPS", "whole number"]],
    [
      "a chain of seeds that ends before the next one is out",
      { SEED_CHAIN_LENGTH: "1000" },
      ["SEED_CHAIN_LENGTH", "4096 to 1048576"],
    ],
    ["an unknown transport", { TRANSPORT: "tcp" }, ["TRANSPORT", "auto, uws, ws"]],
    ["a log level", { LOG_LEVEL: "loud" }, ["LOG_LEVEL", "info"]],
    ["a flag", { UNSAFE_DATABASE: "perhaps" }, ["UNSAFE_DATABASE", "true or false"]],
    [
      "a time of day",
      { CLOCK_WAS_AHEAD: "12:30" },
      ["CLOCK_WAS_AHEAD", "2026-01-31T12:00:00.000Z"],
    ],
    ["a proxy by its name", { TRUST_PROXY: "nginx" }, ["TRUST_PROXY", "true or false", "ranges"]],
    ["a database's address", { DATABASE_URL: "mysql://a" }, ["DATABASE_URL", "postgres://"]],
    ["a Redis that has no number", { REDIS_URL: "redis://a/b" }, ["REDIS_URL", "redis://"]],
    ["a listening address", { LISTEN_ADDRESS: "localhost" }, ["LISTEN_ADDRESS", "127.0.0.1"]],
    ...[
      "https://a b",
      "http://x/",
      "http://localhost/p/1",
      "play.example.org//p",
      "localhost:99999/p/1",
      "localhost:/p/1",
      "me@localhost/p/1",
      "localhost/p?1",
      "-",
      ":",
      "/p/1",
    ].map((address): [string, Record<string, string>, readonly string[]] => [
      `${address} as a public address`,
      { PUBLIC_ADDRESS: address },
      ["PUBLIC_ADDRESS", "play.example.org/one"],
    ]),
    ["no JSON", { TABLES: "[{" }, ["TABLES", "not JSON"]],
    ["no file", { TABLES: "/nowhere/tables.json" }, ["TABLES", "/nowhere/tables.json"]],
    ["no array", { TABLES: "{}" }, ["TABLES", "array"]],
    ["no table", tables(), ["TABLES", "0 tables"]],
    ["no object", tables(7), ["TABLES", "table 1"]],
    ["no id", tables({ name: "x" }), ["TABLES", "table 1", "id"]],
    ["an id with a space", tables({ id: "a b" }), ["TABLES", 'table "a b"', "id"]],
    ["an id too long", tables({ id: "x".repeat(33) }), ["TABLES", "id", "1 to 32"]],
    ["an id twice", tables({ id: "a" }, { id: "a" }), ["TABLES", '"a"']],
    ["an unknown field", tables({ id: "a", color: 1 }), ["TABLES", 'table "a"', "color"]],
    ["an unknown wheel", tables({ id: "a", wheel: "french" }), ['table "a"', "wheel", "european"]],
    [
      "a zero rule of another wheel",
      tables({ id: "a", wheel: "american", zeroRule: "la-partage" }),
      ['table "a"', "zeroRule", "none or surrender"],
    ],
    [
      "a zero rule on three zeros",
      tables({ id: "a", wheel: "triple-zero", zeroRule: "surrender" }),
      ['table "a"', "zeroRule", "none"],
    ],
    ["a short phase", tables({ id: "a", bettingMs: 49 }), ['table "a"', "bettingMs", "50"]],
    ["a phase of text", tables({ id: "a", closingMs: "2s" }), ['table "a"', "closingMs", "50"]],
    ["no players", tables({ id: "a", maxPlayers: 0 }), ['table "a"', "maxPlayers"]],
    [
      "an unknown spot kind",
      tables({ id: "a", limits: { max: { basket: 5 } } }),
      ['table "a"', "limits.max", "basket"],
    ],
    [
      "a spot's most below the least",
      tables({ id: "a", limits: { min: 10, max: { straight: 5 } } }),
      ['table "a"', "limits.max.straight", "10"],
    ],
    [
      "a player's most below the least",
      tables({ id: "a", limits: { min: 10, playerMax: 9 } }),
      ['table "a"', "limits.playerMax"],
    ],
    [
      "a house that could not pay one bet",
      tables({ id: "a", limits: { min: 10, houseMax: 349 } }),
      ['table "a"', "limits.houseMax", "350"],
    ],
  ])("%s", (_what, environment, parts) => {
    const line = refusal(environment);
    expect(line).not.toContain("\n");
    for (const part of parts) expect(line).toContain(part);
  });

  it("never shows what may hold a password", () => {
    expect(refusal({ DATABASE_URL: "mysql://me:hunter2@host/db" })).not.toContain("hunter2");
    const config = readConfig({ DATABASE_URL: "postgres://me:hunter2@host/db" });
    expect(JSON.stringify(loggable(config))).not.toContain("hunter2");
  });
});

describe("TABLES", () => {
  it("fills in what a table does not say", () => {
    const [table] = readConfig(
      tables({ id: "main", limits: { min: 5, max: { straight: 100 }, playerMax: 900 } }),
    ).tables;
    expect(table).toMatchObject({
      tableId: "main",
      name: "main",
      wheel: "european",
      zeroRule: "la-partage",
      limits: { min: 5, playerMax: 900, max: { straight: 100, split: 1_000 } },
    });
  });

  it("may be a file", () => {
    const path = join(folder, "tables.json");
    writeFileSync(
      path,
      JSON.stringify([{ id: "filed", wheel: "american", zeroRule: "surrender" }]),
    );
    expect(readConfig({ TABLES: path }).tables).toMatchObject([
      { tableId: "filed", zeroRule: "surrender" },
    ]);
  });

  it("takes a phase of exactly 50 ms", () => {
    expect(readConfig(tables({ id: "a", bettingMs: 50 })).tables[0]?.bettingMs).toBe(50);
  });
});
