/** Acts about the backup: back to a second, and on after a gap in the WAL. */
import { setTimeout as pause } from "node:timers/promises";
import type { Report } from "../bots/report.ts";
import type { Stage } from "./act.ts";
import { faultsOf, playWhile, toldOf } from "./bots.ts";
import { EngineError, run } from "./engine.ts";
import type { Stack } from "./stack.ts";
import { until, unwell } from "./watching.ts";

const PLAY_MS = 20_000;
const SCRIPT = "/usr/local/lib/croupier/backup.sh";
const AUDIT = "server/src/audit/main.ts";
/** More than twice what Postgres is told to keep. */
const SEGMENTS = 6;

const STATE = `SELECT count(*) || ' ' || coalesce(max(id), 0) || ' ' ||
  (SELECT md5(string_agg(id || ':' || balance, ',' ORDER BY id)) FROM accounts) FROM transfers`;
const NOW = "SELECT to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC'";
const SLOT = "SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'croupier_backup'";

/** Play, a second, more play; back to that second, and on from there. */
export async function restoring({ stack, say }: Stage): Promise<readonly string[]> {
  const old = await health(stack, "BACKUP_MOST_HOURS=-1");
  const first = await play(stack);
  const second = await stack.sql(NOW);
  const state = await stack.sql(STATE);
  const more = await play(stack);
  const played = (await stack.sql(STATE)) !== state;
  const told = await stack.script("restore.sh", second);
  say(`restored ${second}`);
  const volume = /CROUPIER_DATABASE=(\S+)/.exec(told)?.[1] ?? "";
  await stack.compose("stop", "server", "backup");
  stack.set("CROUPIER_DATABASE", volume);
  await stack.compose("up", "-d", "--no-deps", "--no-build", "postgres");
  await until("the restored database answers", async () => (await unwell(stack)).length === 0);
  const restored = await stack.sql(STATE);
  await stack.compose("up", "-d");
  await until("all services are well", async () => (await unwell(stack)).length === 0);
  const last = await play(stack);
  say(toldOf(last));
  return [
    ...(old === null ? ["the backup's health check does not mind an old backup"] : []),
    ...[first, more, last].flatMap(faultsOf),
    ...(played ? [] : ["nothing was played after the second"]),
    ...unsound(told),
    ...(restored === state ? [] : [`restored ${restored}, and not ${state}`]),
  ];
}

/** The backup is away for longer than Postgres keeps the WAL for it; it goes on by itself. */
export async function gap({ stack, say }: Stage): Promise<readonly string[]> {
  stack.set("POSTGRES_WAL_KEPT", "32MB");
  await stack.compose("up", "-d");
  await until("all services are well", async () => (await unwell(stack)).length === 0);
  await stack.compose("stop", "backup");
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    await stack.sql("SELECT pg_logical_emit_message(false, 'act', repeat('x', 1024))");
    await stack.sql("SELECT pg_switch_wal()");
  }
  await stack.sql("CHECKPOINT");
  const lost = await stack.sql(SLOT);
  const startedAt = performance.now();
  await stack.compose("start", "backup");
  await until("the backup says that it is not well", async () => (await health(stack)) !== null);
  await until("the backup is well again", async () => (await health(stack)) === null);
  say(`well again after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  const kept = await stack.sql(SLOT);
  const report = await play(stack);
  const books = await stack.compose("run", "--rm", "--no-deps", "server", AUDIT);
  const told = await stack.script("restore.sh", "latest");
  say("restored the latest that was known, which is from after the gap");
  return [
    ...(lost === "lost" ? [] : [`the slot was to be lost, and is ${lost}`]),
    ...(kept === "reserved" ? [] : [`the new slot is ${kept}`]),
    ...faultsOf(report),
    ...unsound(told),
    ...fewerIn(told, books),
  ];
}

const play = (stack: Stack): Promise<Report> =>
  playWhile(stack, 40, () => pause(PLAY_MS).then(() => undefined));

const unsound = (told: string): readonly string[] =>
  told.includes("The ledger is sound.") ? [] : ["the restored books are not sound"];

/** What the backup's health check minds; null where it is well. */
async function health(stack: Stack, setting = "ACT=health"): Promise<string | null> {
  const [backup = ""] = await stack.containers("backup");
  try {
    await run("docker", ["exec", "-e", setting, backup, "bash", SCRIPT, "health"]);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

/** Where restored books have less than those of before had; rounds go on meanwhile, so more is right. */
export function fewerIn(restored: string, before: string): readonly string[] {
  const now = countsOf(restored);
  const fewer = [...countsOf(before)].filter(([check, count]) => (now.get(check) ?? -1) < count);
  const told = fewer.map(
    ([check, count]) => `${check}: ${now.get(check)} of ${count} are restored`,
  );
  return countsOf(before).size > 0 ? told : ["the audit before counted nothing"];
}

/** What each check of an audit has counted: `ok     all accounts sum to zero (12)`. */
function countsOf(audit: string): ReadonlyMap<string, number> {
  const lines = audit.matchAll(/^ok {5}(.+) \((\d+)\)\s*$/gm);
  return new Map([...lines].map(([, check = "", count]) => [check, Number(count)]));
}
