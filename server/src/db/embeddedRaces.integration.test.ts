/** Several programs at one data folder at the same moment: none takes or stops what another one uses. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLogger } from "../platform/log.ts";
import { startEmbedded } from "./embedded.ts";
import { findPostmaster } from "./postmaster.ts";

/** They start a dozen programs. */
vi.setConfig({ testTimeout: 120_000 });

const log = createLogger("silent");
const USER = join(import.meta.dirname, "../testing/embeddedOwner.ts");
const OTHER_SERVER = /^DATA_DIR: another server uses [^\n]+$/;
const NOT_HERE = /^DATA_DIR: the database in \S+ is used, and does not run here: [^\n]+$/;

interface Told {
  readonly url?: string;
  readonly adopted?: boolean;
  readonly refused?: string;
}

interface User {
  readonly child: ChildProcess;
  readonly told: Promise<Told>;
}

let folder: string;
let dataDir: string;
let cluster: string;
const users: User[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedded-races-"));
  await chmod(folder, 0o711);
  dataDir = join(folder, "data");
  cluster = join(dataDir, "postgres");
});
afterEach(async () => {
  await Promise.all(users.splice(0).map((user) => end(user, "SIGKILL")));
  const left = await findPostmaster(cluster);
  if (left !== null) await (await startEmbedded({ dataDir, log })).stop();
  await rm(folder, { recursive: true, force: true });
});

/** A process of its own. */
function start(...flags: readonly string[]): User {
  const child = spawn(process.execPath, [USER, dataDir, ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const user = { child, told: lines.next().then(({ value = "{}" }) => JSON.parse(value)) };
  users.push(user);
  return user;
}

async function end({ child }: User, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

async function answers({ url }: Told): Promise<boolean> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query("SELECT 1")).rowCount === 1;
  } finally {
    await client.end();
  }
}

/** Three servers that begin at the same moment: what the one that has the folder told. */
async function oneOfThree(): Promise<User> {
  const three = [start(), start(), start()];
  const told = await Promise.all(three.map((user) => user.told));
  const refused = told.flatMap(({ refused: line }) => line ?? []);
  expect(refused).toEqual([
    expect.stringMatching(OTHER_SERVER),
    expect.stringMatching(OTHER_SERVER),
  ]);
  const winner = three[told.findIndex(({ url }) => url !== undefined)];
  if (winner === undefined) throw new Error("nobody has the folder");
  expect(await answers(await winner.told)).toBe(true);
  return winner;
}

it("has one server where three start for the first time, and one after that was killed", async () => {
  await end(await oneOfThree(), "SIGKILL");
  const next = await oneOfThree();
  expect((await next.told).adopted).toBe(true);
  await end(next, "SIGTERM");
  expect(await findPostmaster(cluster)).toBeNull();
});

it("runs for who starts while a visitor leaves, whoever is first", async () => {
  for (let round = 0; round < 3; round += 1) {
    const visitor = await startEmbedded({ dataDir, log, visiting: true });
    const [left, server] = [visitor.stop(), startEmbedded({ dataDir, log })];
    expect(await answers(await server)).toBe(true);
    await left;
    expect(await answers(await server)).toBe(true);
    await (await server).stop();
    expect(await findPostmaster(cluster)).toBeNull();
  }
});

it("runs for who adopts it before the visitor that started it leaves", async () => {
  const visitors = [start("visiting"), start("visiting"), start("visiting")];
  const told = await Promise.all(visitors.map((visitor) => visitor.told));
  expect(told.map(({ adopted }) => adopted).sort()).toEqual([false, true, true]);
  const server = start();
  expect(await server.told).toMatchObject({ adopted: true });
  await Promise.all(visitors.map((visitor) => end(visitor, "SIGTERM")));
  expect(await answers(await server.told)).toBe(true);
});

it("is left alone by who cannot see its process, as in another container", async () => {
  const server = start();
  await server.told;
  const file = join(cluster, "postmaster.pid");
  const written = await readFile(file, "utf8");
  // A number that is nobody's here.
  const seen = written.replace(/^\d+/, "999999999");
  await writeFile(file, seen);
  expect((await start().told).refused).toMatch(OTHER_SERVER);
  expect((await start("visiting").told).refused).toMatch(NOT_HERE);
  expect(await readFile(file, "utf8")).toBe(seen);
  await writeFile(file, written);
  expect(await answers(await server.told)).toBe(true);
});

it("stays its server's where it crashed", async () => {
  const server = start();
  await server.told;
  const postmaster = await findPostmaster(cluster);
  process.kill(postmaster?.pid ?? 0, "SIGQUIT");
  await expect.poll(() => findPostmaster(cluster)).toBeNull();
  expect((await start().told).refused).toMatch(OTHER_SERVER);
  expect((await start("visiting").told).refused).toMatch(NOT_HERE);
});
