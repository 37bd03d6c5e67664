import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, bots } from "./testing/commands.ts";
import { seatPlayer } from "./testing/player.ts";
import type { TestServer } from "./testing/server.ts";
import { quickTables, startServer } from "./testing/server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ env: { TABLES: quickTables(["one", "two"]) } });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe("bots", () => {
  it("play quick rounds, and everything that they were told is in the books", async () => {
    const flags = "--players 20 --duration 8s --ramp 1s --workers 2 --seed 3 --slo p99=5s";
    const { code, report, stdout } = await bots("--url", server.url, ...flags.split(" "));
    expect(report.errors).toEqual([]);
    expect(report.invariants).toMatchObject({ conserved: true, acksMatchLedger: true });
    expect(report.invariants.outcomesVerified).toBeGreaterThanOrEqual(4);
    expect(report.connected).toBe(20);
    expect(report.bets.accepted).toBeGreaterThan(40);
    expect(report.slo.p99?.ok).toBe(true);
    expect(stdout).toContain("ok     chips conserved");
    expect(code).toBe(0);
  });

  it("come back after their connections are cut, and lose nothing", async () => {
    const flags = "--players 20 --duration 8s --ramp 1s --churn 12 --strategy spread";
    const { code, report } = await bots("--url", server.url, ...flags.split(" "));
    expect(report.errors).toEqual([]);
    expect(report.dropped).toBeGreaterThan(5);
    expect(report.reconnected).toBeGreaterThan(5);
    expect(report.invariants).toMatchObject({ conserved: true, acksMatchLedger: true });
    expect(code).toBe(0);
  });

  it("fail the run where an objective is missed", async () => {
    const flags = "--players 4 --duration 3s --tables one --slo max=0ms";
    const { code, report } = await bots("--url", server.url, ...flags.split(" "));
    expect(report.slo.max?.ok).toBe(false);
    expect(code).toBe(1);
  });

  it("survive a killed server: every acknowledged bet is in its round exactly once", async () => {
    const flags = "--players 20 --duration 15s --ramp 500ms --tables one --strategy spread";
    const run = bots("--url", server.url, ...flags.split(" "));
    const witness = await seatPlayer(server.url, "one");
    await witness.until(
      ({ phase, totalStake, players }) => phase === "betting" && totalStake > 0 && players > 20,
    );
    await server.kill9();
    await server.start();
    const { code, report } = await run;
    expect(report.errors).toEqual([]);
    expect(report.invariants).toMatchObject({ conserved: true, acksMatchLedger: true });
    // Who is only sitting down just then has no connection to lose yet.
    expect(report.dropped).toBeGreaterThan(15);
    expect(report.reconnected).toBe(report.dropped);
    expect(report.rounds).toBeGreaterThan(3);
    expect(code).toBe(0);
    const books = await audit(server.dataDir);
    expect(books.stdout + books.stderr).not.toContain("FAILED");
    expect(books.code).toBe(0);
  });
});
