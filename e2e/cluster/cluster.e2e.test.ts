/** Three processes behind one address: tables are shared, and go on whoever ends. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { quietSdk } from "../faults/quietSdk.ts";
import { bots } from "../src/testing/commands.ts";
import { seatPlayer } from "../src/testing/player.ts";
import { runNode } from "../src/testing/processes.ts";
import { quickTables, SHORT_CHAINS } from "../src/testing/server.ts";
import type { Cluster } from "./cluster.ts";
import { startCluster } from "./cluster.ts";
import { tablesOf } from "./holders.ts";
import type { ClusterProcess } from "./serverProcess.ts";

// Connections that end are what happens here.
quietSdk(console);

const ADMIN_PASSWORD = randomBytes(16).toString("hex");
const TABLES = ["one", "two", "three"];
/** One round of the quick tables, and the ten seconds that a drain may take besides. */
const DRAIN_MS = 2_200 + 10_000;

let folder: string;
let cluster: Cluster;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-cluster-"));
  cluster = await startCluster({
    folder,
    processes: 3,
    env: { TABLES: quickTables(TABLES), ...SHORT_CHAINS, LOG_LEVEL: "info", ADMIN_PASSWORD },
    edge: { EDGE_CONNECTIONS_PER_ADDRESS: "1000", EDGE_REQUESTS_BURST: "5000" },
  });
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const process of cluster.processes) if (!process.alive) await process.start();
  const evenly = () => cluster.processes.map((process) => tablesOf(process).length);
  await expect.poll(evenly, { timeout: 20_000 }).toEqual([1, 1, 1]);
});

/** Bots at all tables, and somebody at the table of `process` who sees them play. */
async function crowdWith(process: ClusterProcess) {
  const [tableId = ""] = tablesOf(process);
  const flags = "--players 24 --duration 14s --ramp 1s --strategy spread".split(" ");
  const run = bots("--url", cluster.url, ...flags);
  const witness = await seatPlayer(cluster.url, tableId);
  await witness.until(
    ({ phase, totalStake, players }) => phase === "betting" && totalStake > 0 && players > 4,
  );
  return { run, tableId, round: witness.room.state.round };
}

async function expectSoundRun(run: ReturnType<typeof bots>): Promise<void> {
  const { report } = await run;
  expect(report.errors).toEqual([]);
  expect(report.invariants).toMatchObject({ conserved: true, acksMatchLedger: true });
  expect(report.voided).toEqual([]);
  // The bots of the process that ends lose it, and come back by themselves.
  expect(report.dropped).toBeGreaterThan(0);
  expect(report.reconnected).toBe(report.dropped);
}

/** What a process says to whoever asks whether to send players to it. */
async function readinessOf({ url }: ClusterProcess): Promise<readonly [number, string]> {
  const response = await fetch(`${url}/ready`);
  return [response.status, ((await response.json()) as { status: string }).status];
}

/** The admin, signed in at `url`. */
async function adminAt(url: string) {
  const post = (path: string, body: object, headers = {}) =>
    fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const signedIn = await post("/admin/api/login", { name: "admin", password: ADMIN_PASSWORD });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return {
    post: (path: string, body: object) => post(path, body, { cookie }),
    get: (path: string) => fetch(url + path, { headers: { cookie } }),
  };
}

/** Asks of a table's room what the monitor's page asks, and answers the status and what was said. */
async function monitored(admin: Awaited<ReturnType<typeof adminAt>>, query: string) {
  const response = await admin.get(`/monitor/api/room${query}`);
  return [response.status, await response.json()] as const;
}

describe("a cluster", () => {
  it("seats players at every table, whichever process they ask", async () => {
    for (const { url } of cluster.processes) {
      for (const tableId of TABLES) {
        const player = await seatPlayer(url, tableId);
        await player.until((table) => table.tableId === tableId);
        await player.leave();
      }
    }
  });

  it("lets nobody chat at any process whom the admin has silenced at one", async () => {
    const [first] = cluster.processes as readonly [ClusterProcess];
    const players = await Promise.all(TABLES.map((tableId) => seatPlayer(first.url, tableId)));
    const say = ({ room }: (typeof players)[number]) =>
      room.request("chat", { text: "hello" }).then(
        () => "said",
        ({ reason }) => reason.code,
      );
    const admin = await adminAt(first.url);
    for (const player of players) {
      expect(await say(player)).toBe("said");
      const { playerId } = JSON.parse(atob(player.token.split(".")[1] ?? ""));
      const ban = { playerId, minutes: 5, reason: "Too loud." };
      expect((await admin.post("/admin/api/chat-bans", ban)).status).toBe(200);
      expect(await say(player)).toBe("BANNED");
    }
    await Promise.all(players.map((player) => player.leave()));
  });

  it("shows the admin every table, whichever process is asked, and does what the monitor may", async () => {
    const admin = await adminAt(cluster.url);
    for (const tableId of TABLES) {
      const roomId = `table-${tableId}`;
      const player = await seatPlayer(cluster.url, tableId);
      player.room.reconnection.enabled = false;
      const left = new Promise<number>((resolve) => player.room.onLeave(resolve));
      const seen = { roomId, clients: [{ sessionId: player.room.sessionId }], state: { tableId } };
      // One after the other is asked, and each of them once at least.
      for (let turn = 0; turn < cluster.processes.length; turn += 1) {
        const room = await monitored(admin, `?roomId=${roomId}`);
        expect(room).toMatchObject([200, seen]);
      }
      const args = encodeURIComponent(JSON.stringify([player.room.sessionId]));
      const ending = `/call?roomId=${roomId}&method=_forceClientDisconnect&args=${args}`;
      expect(await monitored(admin, ending)).toEqual([200, {}]);
      await left;
      const rigging = `/call?roomId=${roomId}&method=_editStateProperty&args=[]`;
      for (let turn = 0; turn < cluster.processes.length; turn += 1) {
        expect(await monitored(admin, rigging)).toMatchObject([403, {}]);
      }
    }
  });

  it("takes a killed process's tables over, in the same round and with every bet", async () => {
    const [victim] = cluster.processes as readonly [ClusterProcess];
    const { run, tableId, round } = await crowdWith(victim);
    await victim.kill();
    const killedAt = performance.now();
    const others = cluster.processes.filter((process) => process !== victim);
    const taken = () => others.flatMap(tablesOf);
    await expect.poll(taken, { interval: 20, timeout: 10_000 }).toContain(tableId);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
    await expectSoundRun(run);
    const record = await fetch(`${cluster.url}/api/rounds/${tableId}/${round}`);
    expect(await record.json()).toMatchObject({ status: "settled" });
  });

  it("hands every table over before a process ends, and loses nobody", async () => {
    const [, leaver] = cluster.processes as readonly [unknown, ClusterProcess];
    const { run, tableId, round } = await crowdWith(leaver);
    const askedAt = performance.now();
    const drained = leaver.drain();
    const readiness = () => readinessOf(leaver);
    await expect.poll(readiness, { interval: 20, timeout: 5_000 }).toEqual([503, "stopping"]);
    const exit = await drained;
    expect(exit?.code).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(DRAIN_MS);
    expect(exit?.stdout).toMatch(new RegExp(`"tableId":"${tableId}".*"handed a table over"`));
    await expectSoundRun(run);
    const record = await fetch(`${cluster.url}/api/rounds/${tableId}/${round}`);
    expect(await record.json()).toMatchObject({ status: "settled" });
  });

  it("takes no process in that has another's public address, and the other one plays on", async () => {
    const [first, , third] = cluster.processes as readonly [
      ClusterProcess,
      unknown,
      ClusterProcess,
    ];
    await third.drain();
    const address = `${new URL(cluster.url).host}/p/${first.slot}`;
    const { code, stderr } = await third.launch({ PUBLIC_ADDRESS: address }).exited;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^PUBLIC_ADDRESS is .*another process .* has it;.*\n$/);
    expect(stderr).toContain(address);
    expect(await readinessOf(first)).toEqual([200, "ready"]);
    const [tableId = ""] = tablesOf(first);
    await (await seatPlayer(cluster.url, tableId)).leave();
  });

  it("gives no table to a process whose public address leads nowhere, and nobody notices", async () => {
    const [, , third] = cluster.processes as readonly [unknown, unknown, ClusterProcess];
    await third.drain();
    const flags = "--players 24 --duration 14s --ramp 1s --strategy spread".split(" ");
    const run = bots("--url", cluster.url, ...flags);
    // A slot that the proxy does not know.
    await third.start({ PUBLIC_ADDRESS: `${new URL(cluster.url).host}/p/99` });
    const told = () => third.output;
    await expect.poll(told, { timeout: 10_000 }).toMatch(/"level":50,.*\/p\/99".* leads elsewhere/);
    expect(await readinessOf(third)).toEqual([503, "not ready"]);
    const { report } = await run;
    expect(report).toMatchObject({ errors: [], voided: [], dropped: 0 });
    expect(report.invariants).toMatchObject({ conserved: true, acksMatchLedger: true });
    expect(third.output).not.toContain("running a table");
    await third.drain();
    await third.start();
    await expect.poll(told, { timeout: 10_000 }).toContain("the PUBLIC_ADDRESS leads here");
    await expect.poll(() => readinessOf(third), { timeout: 10_000 }).toEqual([200, "ready"]);
  });

  it("says nothing of what its libraries will not do for ever", () => {
    for (const { output } of cluster.processes) expect(output).not.toContain("DeprecationWarning");
  });

  it("keeps sound books through all of it", async () => {
    const { code, stdout } = await runNode({
      args: ["server/src/audit/main.ts"],
      env: { DATABASE_URL: cluster.databaseUrl },
    });
    expect(stdout).toContain("The ledger is sound.");
    expect(code).toBe(0);
  });
});
