/** `npm run cluster` as whoever types it sees it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import type { Running } from "../src/testing/processes.ts";
import { isAlive, repository, runNode, startNode } from "../src/testing/processes.ts";
import { databasePid, quickTables, SHORT_CHAINS, stopDatabase } from "../src/testing/server.ts";

let folder: string;
let running: Running | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-cluster-"));
});
afterEach(async () => {
  running?.signal("SIGTERM");
  await running?.exited;
  running = null;
  await stopDatabase(join(folder, "cluster"));
  rmSync(folder, { recursive: true, force: true });
});

const command = (...flags: readonly string[]) => ({
  args: ["e2e/cluster/main.ts", ...flags],
  env: { DATA_DIR: folder, TABLES: quickTables(["european"]), ...SHORT_CHAINS },
});

async function start(...flags: readonly string[]): Promise<Running> {
  const port = await freePort();
  running = startNode(command("--processes", "2", "--port", `${port}`, ...flags));
  await running.sees(/Croupier is open: .*2 processes/);
  return running;
}

interface Child {
  readonly pid: number;
  readonly command: string;
}

/** The processes in a group of their own that `pid` started, and that are there. */
async function childrenOf(pid: number): Promise<readonly Child[]> {
  const { stdout } = await runNode({
    args: [
      "-e",
      'console.log(require("child_process").execSync("ps -eo pid,ppid,args").toString())',
    ],
  });
  return stdout.split("\n").flatMap((line) => {
    const [, child, parent, args = ""] = /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [];
    return Number(parent) === pid ? [{ pid: Number(child), command: args }] : [];
  });
}

/** Ends a process as a crash would; none is no number, since 0 would be this very process and its group. */
function crash(pid: number | null | undefined): void {
  process.kill(pid ?? Number.NaN, "SIGKILL");
}

/** Of the answer; null where there is none. */
const statusOf = (url: string): Promise<number | null> =>
  fetch(url).then(
    ({ status }) => status,
    () => null,
  );

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
  const servers = children.filter(({ command }) => command.includes("server/src/main.ts"));
  expect(servers).toHaveLength(2);
  crash(servers[0]?.pid);
  await sees(/process \d ended with SIGKILL; it is started again/);

  const left = (await childrenOf(pid)).map((child) => child.pid);
  expect(left.length).toBeGreaterThan(3);
  signal("SIGKILL");
  await exited;
  await expect.poll(() => left.filter(isAlive), { timeout: 30_000 }).toEqual([]);
  expect(databasePid(join(folder, "cluster"))).toBeNull();
});

it("brings Nginx and Redis back, and says so: without them the address answers nobody", async () => {
  const { pid, sees, output, signal, exited } = await start();
  const [, url = ""] = /(http:\S+)/.exec(output()) ?? [];
  for (const [name, program] of [
    ["Redis", "redis-server"],
    ["Nginx", "nginx: master"],
  ] as const) {
    const find = async () =>
      (await childrenOf(pid)).filter(({ command }) => command.includes(program));
    const [victim] = await find();
    crash(victim?.pid);
    await sees(new RegExp(`${name} ended with SIGKILL; it is started again`));
    await expect
      .poll(find, { timeout: 30_000 })
      .toEqual([
        { pid: expect.not.toSatisfy((other) => other === victim?.pid), command: victim?.command },
      ]);
  }
  await expect.poll(() => statusOf(`${url}/ready`), { timeout: 30_000 }).toBe(200);
  signal("SIGTERM");
  const { code, stderr } = await exited;
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

it("brings Postgres back at its address, and says so, be it that it ends or what looks after it", async () => {
  const { pid, sees, output, signal, exited } = await start();
  const [, url = ""] = /(http:\S+)/.exec(output()) ?? [];
  const database = () => databasePid(join(folder, "cluster"));
  const keeper = async () =>
    (await childrenOf(pid)).find(({ command }) => command.includes("embeddedMain.ts"))?.pid;
  const round = async () => {
    const answer = await fetch(`${url}/api/tables`).catch(() => null);
    if (answer?.status !== 200) return 0;
    const { tables } = (await answer.json()) as { tables: readonly { readonly round: number }[] };
    return tables[0]?.round ?? 0;
  };

  const first = database();
  crash(first);
  await sees(/Postgres ended with 1; it is started again/);
  const isAnother = (found: number | null) => found !== null && found !== first;
  await expect.poll(database, { timeout: 30_000 }).toSatisfy(isAnother);
  const before = await round();
  await expect.poll(round, { timeout: 30_000 }).toBeGreaterThan(before + 1);

  const [second, killed] = [database(), await keeper()];
  crash(killed);
  await sees(/Postgres ended with SIGKILL; it is started again/);
  const isNext = (found: number | undefined) => found !== undefined && found !== killed;
  await expect.poll(keeper, { timeout: 30_000 }).toSatisfy(isNext);
  expect(database()).toBe(second);

  // Whoever looks after it ends a moment before all.
  crash(await keeper());
  signal("SIGTERM");
  const { code, stderr } = await exited;
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(database()).toBeNull();
});

it("is played and audited with the commands that the README names", async () => {
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  const [, address = ""] = /^npm run cluster .*# (\S+)$/m.exec(readme) ?? [];
  const [, asked] = /^npm run bots -- --url (\S+) /m.exec(readme) ?? [];
  const [, data = ""] = /^DATA_DIR=(\S+) npm run audit /m.exec(readme) ?? [];
  expect(asked).toBe(address);
  const { output } = await start();
  const [, url = ""] = /(http:\S+)/.exec(output()) ?? [];
  expect(new URL(url).hostname).toBe(new URL(address).hostname);
  const flags = ["--url", url, "--players", "4", "--duration", "2s"];
  const bots = await runNode({ args: ["e2e/bots/main.ts", ...flags] });
  expect(bots).toMatchObject({ code: 0, stderr: "" });
  const env = { DATA_DIR: join(folder, data.replace(/^\.croupier/, "")) };
  const audit = await runNode({ args: ["server/src/audit/main.ts"], env });
  expect(audit).toMatchObject({ code: 0, stderr: "" });
  // The bots' grants at least.
  expect(audit.stdout).toMatch(/one grant, .*\(4\)$/m);
  expect(audit.stdout).toMatch(/The ledger is sound\.\n$/);
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
