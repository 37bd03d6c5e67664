import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

/** In `postmaster.pid`, the number of the line that has the port. */
const PORT_LINE = 3;

it("leaves nothing behind where it is interrupted: no database, no folder", async () => {
  const parent = await mkdtemp(join(tmpdir(), "croupier-interrupted-"));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  // Where root runs this, Postgres is another user, who must pass through.
  await chmod(parent, 0o711);
  const bench = spawn(process.execPath, ["server/bench/main.ts", "ledger"], {
    env: { ...process.env, TMPDIR: parent },
    stdio: "ignore",
  });
  onTestFinished(() => void bench.kill("SIGKILL"));
  const exited = once(bench, "exit");
  const portOfPostgres = async (): Promise<number> => {
    const [folder = ""] = await readdir(parent);
    const file = join(parent, folder, "postgres", "postmaster.pid");
    const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
    return Number(lines[PORT_LINE]);
  };
  await expect.poll(portOfPostgres, { timeout: 20_000 }).toBeGreaterThan(0);
  const port = await portOfPostgres();
  bench.kill("SIGTERM");
  expect(await exited).toEqual([130, null]);
  expect(await readdir(parent)).toEqual([]);
  await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
});
