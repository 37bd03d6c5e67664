/** `npm run cluster` as whoever types it sees it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import type { Running } from "../src/testing/processes.ts";
import { isAlive, runNode, startNode } from "../src/testing/processes.ts";
import { SHORT_CHAINS } from "../src/testing/server.ts";

let folder: string;
let running: Running | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-cluster-"));
});
afterEach(async () => {
  running?.signal("SIGTERM");
  await running?.exited;
  running = null;
  rmSync(folder, { recursive: true, force: true });
});

const command = (...flags: readonly string[]) => ({
  args: ["e2e/cluster/main.ts", ...flags],
  env: { DATA_DIR: folder, ...SHORT_CHAINS },
});

async function start(...flags: readonly string[]): Promise<Running> {
  const port = await freePort();
  running = startNode(command("--processes", "2", "--port", `${port}`, ...flags));
  await running.sees(/Croupier is open: .*2 processes/);
  return running;
}

/** The processes in a group of their own that `pid` started, and that are there. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await runNode({
    args: ["-e", 'console.log(require("child_process").execSync("ps -eo pid,ppid").toString())'],
  });
  return stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
}

it("says in one line that its port is in use", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await runNode(command("--port", `${port}`));
  server.close();
  expect(stderr).toBe(`the port ${port} is in use; --port takes a free one\n`);
  expect(code).toBe(1);
});

it("says in one line which value its processes cannot use", async () => {
  const { args, env } = command("--port", `${await freePort()}`);
  const { code, stderr } = await runNode({ args, env: { ...env, STARTING_CHIPS: "abc" } });
  expect(stderr).toMatch(/^STARTING_CHIPS is "abc", but it takes .*\n$/);
  expect(code).toBe(1);
});

it("says in one line that Nginx is too old, before it starts anything", async () => {
  const nginx = join(folder, "nginx");
  const script = '#!/bin/sh\n[ "$1" = -v ] && echo "nginx version: nginx/1.18.0 (Ubuntu)" >&2\n';
  writeFileSync(nginx, script, { mode: 0o755 });
  const { args, env } = command("--port", `${await freePort()}`);
  const path = [folder, process.env["PATH"]].join(delimiter);
  const { code, stderr } = await runNode({ args, env: { ...env, PATH: path } });
  expect(stderr).toBe("nginx 1.18.0 is too old; it takes 1.22 or newer\n");
  expect(code).toBe(1);
  expect(readdirSync(folder)).toEqual(["nginx"]);
});

it("says in one line that another one has its data, brings back whoever dies, and leaves nothing", async () => {
  const { pid, sees, signal, exited } = await start();
  const { code, stderr } = await runNode(command("--port", `${await freePort()}`));
  expect(stderr).toMatch(/^DATA_DIR: another server uses the database in .*\n$/);
  expect(code).toBe(1);

  const children = await childrenOf(pid);
  const { stdout } = await runNode({
    args: ["-e", 'console.log(require("child_process").execSync("ps -eo pid,args").toString())'],
  });
  const servers = stdout
    .split("\n")
    .filter((line) => line.includes("server/src/main.ts"))
    .map((line) => Number.parseInt(line, 10))
    .filter((server) => children.includes(server));
  expect(servers).toHaveLength(2);
  process.kill(servers[0] ?? 0, "SIGKILL");
  await sees(/process \d ended with SIGKILL; it is started again/);

  const left = await childrenOf(pid);
  expect(left.length).toBeGreaterThan(3);
  signal("SIGKILL");
  await exited;
  await expect.poll(() => left.filter(isAlive), { timeout: 30_000 }).toEqual([]);
});

it("kills a process every so often where it is asked to, and starts it again", async () => {
  const { sees, signal, exited } = await start("--kill-every", "2s");
  await sees(/killed process 1.*process 1 is back.*killed process 2.*process 2 is back/s);
  signal("SIGTERM");
  const { code, stdout, stderr } = await exited;
  expect(stdout).toContain("Closing");
  expect(stdout).not.toContain("does not start");
  expect(stderr).toBe("");
  expect(code).toBe(0);
});
