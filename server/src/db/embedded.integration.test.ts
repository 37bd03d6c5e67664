import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import type { EmbeddedPostgres } from "./embedded.ts";
import { startEmbedded } from "./embedded.ts";
import { findPostmaster } from "./postmaster.ts";

const log = createLogger("silent");
const OWNER = join(import.meta.dirname, "../testing/embeddedOwner.ts");

let folder: string;
let dataDir: string;
let cluster: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedded-"));
  await chmod(folder, 0o711);
  dataDir = join(folder, "data");
  cluster = join(dataDir, "postgres");
});
afterEach(async () => {
  const left = await findPostmaster(cluster);
  if (left !== null) await (await startEmbedded({ dataDir, log })).stop();
  await rm(folder, { recursive: true, force: true });
});

async function ask(postgres: Pick<EmbeddedPostgres, "url">, question: string): Promise<unknown> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  try {
    return (await client.query({ text: question, rowMode: "array" })).rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/** A process of its own, in a group of its own, as a terminal would have it. */
async function startOwner(): Promise<{ child: ChildProcess; told: AsyncIterator<string> }> {
  const child = spawn(process.execPath, [OWNER, dataDir], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const told = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, told };
}

const nextLine = async (told: AsyncIterator<string>) => JSON.parse((await told.next()).value);

describe("an embedded Postgres", () => {
  it("keeps what it was given, and leaves nothing running", async () => {
    const first = await startEmbedded({ dataDir, log });
    expect(first.adopted).toBe(false);
    await ask(first, "CREATE TABLE kept AS SELECT 7 AS seven");
    await first.stop();
    expect(await findPostmaster(cluster)).toBeNull();
    const second = await startEmbedded({ dataDir, log });
    expect(second.adopted).toBe(false);
    expect(await ask(second, "SELECT seven FROM kept")).toBe(7);
    expect(await ask(second, "SHOW synchronous_commit")).toBe("on");
    expect(await ask(second, "SHOW fsync")).toBe("on");
    expect(await ask(second, "SHOW listen_addresses")).toBe("127.0.0.1");
    await second.stop();
    await second.stop();
  });

  it("takes nobody without its password, which only its owner reads", async () => {
    const postgres = await startEmbedded({ dataDir, log });
    const url = new URL(postgres.url);
    url.password = "wrong";
    await expect(ask({ url: url.href }, "SELECT 1")).rejects.toThrow("password authentication");
    expect((await stat(join(dataDir, "postgres.password"))).mode & 0o777).toBe(0o600);
    await postgres.stop();
  });

  it("is adopted after its owner was killed", async () => {
    const { child, told } = await startOwner();
    const owned = await nextLine(told);
    await ask(owned, "CREATE TABLE kept AS SELECT 7 AS seven");
    child.kill("SIGKILL");
    await once(child, "exit");
    const next = await startEmbedded({ dataDir, log });
    expect(next).toMatchObject({ adopted: true, url: owned.url });
    expect(await ask(next, "SELECT seven FROM kept")).toBe(7);
    await next.stop();
    expect(await findPostmaster(cluster)).toBeNull();
  });

  it("is started again at the same address where it ends while its server lives, and only then", async () => {
    const postgres = await startEmbedded({ dataDir, log, clock: systemClock });
    await ask(postgres, "CREATE TABLE kept AS SELECT 7 AS seven");
    for (const signal of ["SIGKILL", "SIGQUIT"] as const) {
      const { pid = Number.NaN } = (await findPostmaster(cluster)) ?? {};
      process.kill(pid, signal);
      const answer = () => ask(postgres, "SELECT seven FROM kept").catch(() => null);
      await expect.poll(answer, { timeout: 30_000 }).toBe(7);
      expect((await findPostmaster(cluster))?.pid).not.toBe(pid);
    }
    await postgres.stop();
    expect(await findPostmaster(cluster)).toBeNull();
  });

  it("tells whoever starts it again, at the port that it had, and starts nothing itself", async () => {
    const { promise: end, resolve: ended } = Promise.withResolvers<void>();
    const first = await startEmbedded({ dataDir, log, clock: systemClock, ended });
    process.kill((await findPostmaster(cluster))?.pid ?? Number.NaN, "SIGKILL");
    await end;
    await first.stop();
    expect(await findPostmaster(cluster)).toBeNull();
    const port = Number(new URL(first.url).port);
    const second = await startEmbedded({ dataDir, log, port });
    expect(second).toMatchObject({ adopted: false, url: first.url });
    expect(await ask(second, "SELECT 1")).toBe(1);
    await second.stop();
  });

  it("is refused where it runs at another port than is wanted, and runs on", async () => {
    const { child, told } = await startOwner();
    const { url } = await nextLine(told);
    child.kill("SIGKILL");
    await once(child, "exit");
    const port = Number(new URL(url).port);
    await expect(startEmbedded({ dataDir, log, port: port + 1 })).rejects.toThrow(
      `somebody started it on port ${port}, not on ${port + 1}`,
    );
    const next = await startEmbedded({ dataDir, log, port });
    expect(next).toMatchObject({ adopted: true, url });
    await next.stop();
  });

  it("is one server's: a second one is refused, and a visitor takes nothing", async () => {
    const first = await startEmbedded({ dataDir, log });
    await expect(startEmbedded({ dataDir, log })).rejects.toThrow(
      /^DATA_DIR: another server uses [^\n]+$/,
    );
    const visitor = await startEmbedded({ dataDir, log, visiting: true });
    expect(visitor).toMatchObject({ adopted: true, url: first.url });
    await visitor.stop();
    expect(await ask(first, "SELECT 1")).toBe(1);
    await first.stop();
  });

  it("is left to a server of an older version, which owns it by a session alone", async () => {
    const visitor = await startEmbedded({ dataDir, log, visiting: true });
    const older = new pg.Client({
      connectionString: visitor.url,
      application_name: "croupier owner",
    });
    await older.connect();
    await expect(startEmbedded({ dataDir, log })).rejects.toThrow(
      /^DATA_DIR: another server, of an older version, uses [^\n]+$/,
    );
    await visitor.stop();
    expect((await older.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await older.end();
    const next = await startEmbedded({ dataDir, log });
    expect(next.adopted).toBe(true);
    await next.stop();
    expect(await findPostmaster(cluster)).toBeNull();
  });

  it("does not hear the Ctrl-C that its owner hears", async () => {
    const { child, told } = await startOwner();
    await nextLine(told);
    process.kill(-(child.pid ?? 0), "SIGINT");
    expect(await nextLine(told)).toEqual({ answer: 42 });
    child.kill("SIGKILL");
    await once(child, "exit");
  });

  it("starts where a dead server left its file", async () => {
    const first = await startEmbedded({ dataDir, log });
    const pidFile = join(cluster, "postmaster.pid");
    const left = await readFile(pidFile, "utf8");
    await first.stop();
    // A process that lives, and is no Postgres: this one.
    await writeFile(pidFile, left.replace(/^\d+/, String(process.pid)));
    const second = await startEmbedded({ dataDir, log });
    expect(second.adopted).toBe(false);
    await second.stop();
  });

  it("is made anew where its making was interrupted", async () => {
    await mkdir(join(dataDir, "postgres.making"), { recursive: true });
    await chmod(dataDir, 0o711);
    await writeFile(join(dataDir, "postgres.making", "half"), "");
    const postgres = await startEmbedded({ dataDir, log });
    expect(await ask(postgres, "SELECT 1")).toBe(1);
    await postgres.stop();
  });

  it("runs below a folder that is its owner's alone", async () => {
    await chmod(folder, 0o700);
    const postgres = await startEmbedded({ dataDir, log });
    expect(await ask(postgres, "SELECT 1")).toBe(1);
    await postgres.stop();
  });

  it("says in one line that its folder cannot be locked", async () => {
    await mkdir(join(dataDir, "server.lock"), { recursive: true });
    await expect(startEmbedded({ dataDir, log })).rejects.toThrow(
      /^DATA_DIR takes a folder that can be written to; [^\n]+server\.lock: [^\n]+$/,
    );
  });

  it("says in one line why it does not start", async () => {
    const first = await startEmbedded({ dataDir, log });
    await first.stop();
    await rm(join(cluster, "global"), { recursive: true });
    await expect(startEmbedded({ dataDir, log })).rejects.toThrow(
      /^The embedded Postgres in .* does not start: [^\n]+$/,
    );
  });
});
