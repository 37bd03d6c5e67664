import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit } from "./testing/commands.ts";
import type { Running } from "./testing/processes.ts";
import { isAlive, runNode, startNode } from "./testing/processes.ts";
import type { TestServer } from "./testing/server.ts";
import { databasePid, quickTables, startServer } from "./testing/server.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-operations-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A start that ends by itself. */
const start = (env: Record<string, string>) =>
  runNode({ args: ["server/src/main.ts"], env: { DATA_DIR: join(folder, "data"), ...env } });

describe("a start that cannot be", () => {
  it.each<[string, Record<string, string>]>([
    ["PORT", { PORT: "seventy" }],
    ["PORT", { PORT: "70000" }],
    ["TABLES", { TABLES: "[{" }],
    ["TABLES", { TABLES: '[{"id":"a","wheel":"square"}]' }],
    ["TABLES", { TABLES: '[{"id":"a","bettingMs":10}]' }],
    ["TABLES", { TABLES: '[{"id":"a"},{"id":"a"}]' }],
    ["TRANSPORT", { TRANSPORT: "pigeon" }],
    ["DATABASE_URL", { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" }],
  ])("says what is wrong with %s in one line: %j", async (variable, env) => {
    const { code, stderr } = await start({ PORT: "0", ...env });
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain(variable);
    expect(code).toBe(1);
  });
});

describe("a port that is taken", () => {
  it("is told in one line that names PORT", async () => {
    const holder = createServer().listen(0);
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const { code, stderr } = await start({ PORT: `${port}`, TABLES: quickTables(["main"]) });
    holder.close();
    expect(stderr).toContain("PORT");
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
    expect(databasePid(join(folder, "data"))).toBeNull();
  });
});

describe("a running server", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ env: { TABLES: quickTables(["main"]) } });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  it("can be audited while it runs and after it", async () => {
    const beside = await audit(server.dataDir);
    expect(beside.stderr).toBe("");
    expect(beside.code).toBe(0);
    const { code } = await server.stop();
    expect(code).toBe(0);
    expect(databasePid(server.dataDir)).toBeNull();
    const after = await audit(server.dataDir);
    expect(after.stderr).toBe("");
    expect(after.code).toBe(0);
    expect(databasePid(server.dataDir)).toBeNull();
    await server.start();
  });
});

describe("npm start", () => {
  const OPEN = /Croupier is open/;
  let server: TestServer;
  let started: Running;

  beforeAll(async () => {
    // A data folder that has been used, and a client that is built.
    server = await startServer({ env: { TABLES: quickTables(["main"]) } });
    await server.stop();
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const npmStart = async (): Promise<number> => {
    const env = { PORT: "0", DATA_DIR: server.dataDir };
    const startedAt = performance.now();
    started = startNode({ args: ["server/bin/croupier.mjs", "start"], env });
    await started.sees(OPEN);
    return performance.now() - startedAt;
  };

  it("ends on Ctrl-C with 0, leaves nothing running, and starts again quickly", async () => {
    await npmStart();
    const database = databasePid(server.dataDir);
    expect(database).not.toBeNull();
    started.signal("SIGINT");
    const first = await started.exited;
    expect(first.code, first.stderr).toBe(0);
    const [, process = ""] = /"pid":(\d+)/.exec(first.stdout) ?? [];
    expect(isAlive(Number(process))).toBe(false);
    expect(isAlive(database ?? 0)).toBe(false);

    const againMs = await npmStart();
    console.info(`A second npm start is open after ${Math.round(againMs)} ms.`);
    expect(againMs).toBeLessThan(15_000);
    started.signal("SIGINT");
    expect((await started.exited).code).toBe(0);
  });
});
