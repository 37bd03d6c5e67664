/** The audit as a command: what it prints, and how it ends. */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asChips } from "@croupier/shared/core/chips";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";
import { createPool } from "../db/pool.ts";
import { findPostmaster } from "../db/postmaster.ts";
import { createLogger } from "../platform/log.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { playRound, tableConfig } from "../testing/rounds.ts";

const AUDIT = join(import.meta.dirname, "main.ts");
const log = createLogger("silent");

let rig: BankRig;
beforeAll(async () => {
  rig = await createBankRig();
  const { playerId } = await rig.players.registerGuest({});
  await rig.store.prepareTable(tableConfig("one"));
  const bets = [{ playerId, spot: "red", amount: asChips(5) }];
  await playRound(rig, "one", { round: 1, bets });
});
afterAll(() => rig?.database.close());

interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function runAudit(environment: Record<string, string>, ...flags: string[]): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  // An empty variable counts as unset, whatever the tests' own environment has.
  const env = { ...process.env, DATABASE_URL: "", DATA_DIR: "", ...environment };
  execFile(process.execPath, [AUDIT, ...flags], { env }, (error, stdout, stderr) => {
    resolve({ code: error?.code ?? 0, stdout, stderr });
  });
  return promise;
}

it("prints a line a check, and exits 0 for a sound ledger", async () => {
  const { code, stdout, stderr } = await runAudit({ DATABASE_URL: rig.database.url });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const lines = stdout.trim().split("\n");
  expect(lines.at(-1)).toBe("The ledger is sound.");
  expect(lines.slice(0, -1).every((line) => /^ok {5}.+ \(\d+\)$/.test(line))).toBe(true);
  expect(lines.length).toBeGreaterThan(10);
});

it("exits 1 and names what is broken, in JSON as well", async () => {
  const raise = "UPDATE accounts SET balance = balance + $1 WHERE kind = 'player'";
  await rig.database.pool.query(raise, [1]);
  const { code, stdout } = await runAudit({ DATABASE_URL: rig.database.url }, "--json");
  const { code: plainCode, stdout: plain } = await runAudit({ DATABASE_URL: rig.database.url });
  await rig.database.pool.query(raise, [-1]);
  expect([code, plainCode]).toEqual([1, 1]);
  expect(plain).toContain("BROKEN all balances sum to zero");
  expect(plain).toContain("- all balances sum to 1\n");
  const told = JSON.parse(stdout);
  expect(told.sound).toBe(false);
  expect(told.checks).toContainEqual({
    check: "all balances sum to zero",
    counted: expect.any(Number),
    ok: false,
    faults: ["all balances sum to 1"],
  });
});

it("calls nothing that others have made for Postgres's own, and says how to be rid of it", async () => {
  const { pool, serverPool, url } = rig.database;
  await pool.query(
    "GRANT CREATE ON SCHEMA public TO PUBLIC; CREATE TABLE public.called (by text); GRANT INSERT ON called TO PUBLIC",
  );
  await serverPool.query(
    `CREATE FUNCTION public.called(name, name) RETURNS boolean LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO public.called VALUES (current_user); RETURN true; END $$;
     CREATE OPERATOR public.= (FUNCTION = public.called, LEFTARG = name, RIGHTARG = name)`,
  );
  await pool.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const { code, stderr } = await runAudit({ DATABASE_URL: url });
  const { rows } = await pool.query("SELECT by FROM public.called");
  await serverPool.query(
    "DROP OPERATOR public.= (name, name); DROP FUNCTION public.called(name, name)",
  );
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining("Run as a superuser: DROP OPERATOR public.=(name,name);"),
  ]);
  expect(rows).toEqual([]);
});

it("holds the ledger to what it told earlier", async () => {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  const file = join(folder, "earlier.json");
  const environment = { DATABASE_URL: rig.database.url };
  try {
    const { stdout } = await runAudit(environment, "--json");
    await writeFile(file, stdout);
    const again = await runAudit(environment, "--since", file);
    expect(again.stdout).toContain("ok     nothing was rewritten since the earlier audit (2)\n");
    expect(again.code).toBe(0);
    const told = JSON.parse(stdout);
    told.heads.one.hash = "ab".repeat(32);
    await writeFile(file, JSON.stringify(told));
    const rewritten = await runAudit(environment, "--since", file);
    expect(rewritten.code).toBe(1);
    expect(rewritten.stdout).toMatch(/- table one: block \d+ is not what it was/);
    await writeFile(file, "{}");
    const { code, stderr } = await runAudit(environment, "--since", file);
    expect([code, stderr.trim()]).toEqual([1, expect.stringMatching(/^--since: [^\n]+$/)]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.each([
  ["DATABASE_URL", { DATABASE_URL: "postgres://127.0.0.1:1/none" }],
  ["DATA_DIR", { DATA_DIR: join(import.meta.dirname, "no-such-folder") }],
])("says in one line that there is nothing at %s", async (name, environment) => {
  const { code, stderr } = await runAudit(environment);
  expect(code).toBe(1);
  expect(stderr.trim()).toMatch(new RegExp(`^${name}: [^\\n]+$`));
});

it("says how it is used where it does not know a flag", async () => {
  const { code, stderr } = await runAudit(
    { DATABASE_URL: "postgres://127.0.0.1:1/none" },
    "--nope",
  );
  expect(code).toBe(1);
  expect(stderr).toContain("npm run audit [-- --json]");
  expect(stderr).not.toContain("    at ");
});

it("starts the embedded Postgres where it rests, and leaves it as it was", async () => {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  await chmod(folder, 0o711);
  const dataDir = join(folder, "data");
  const cluster = join(dataDir, "postgres");
  const postgres = await startEmbedded({ dataDir, log });
  const pool = createPool(postgres.url, log);
  await migrate(pool);
  await pool.end();
  try {
    expect((await runAudit({ DATA_DIR: dataDir })).code).toBe(0);
    expect(await findPostmaster(cluster)).not.toBeNull();
    await postgres.stop();
    expect((await runAudit({ DATA_DIR: dataDir })).code).toBe(0);
    expect(await findPostmaster(cluster)).toBeNull();
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
