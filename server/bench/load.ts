/**
 * A whole server under load on this machine: a thousand bots at one table, over the public protocol.
 *
 * Server, database and bots share the processors, as they would on a small machine; so the bots'
 * own delay stands beside the figures.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Benchmark } from "./figures.ts";
import { startServer } from "./serverProcess.ts";

const PLAYERS = 1_000;
const SECONDS = 60;
/** The time over which the bots come in. */
const RAMP_SECONDS = 20;
const TABLE = {
  id: "bench",
  bettingMs: 6_000,
  closingMs: 1_000,
  spinningMs: 2_000,
  resultMs: 1_000,
  maxPlayers: PLAYERS,
};

const BOTS = fileURLToPath(new URL("../../e2e/bots/main.ts", import.meta.url));

/** The part of the bots' report that is read here. */
interface BotsReport {
  readonly connected: number;
  readonly rounds: number;
  readonly ok: boolean;
  readonly errors: readonly string[];
  readonly bets: { readonly accepted: number };
  readonly ackMs: { readonly p50: number; readonly p99: number };
  readonly resultSkewMs: { readonly p99: number };
  readonly phaseLateMs: { readonly phases: number; readonly missed: number; readonly max: number };
  readonly botDelayMs: { readonly p99: number };
}

/** Starts a server on a free port, lets the bots play, and ends both. */
export async function benchLoad(): Promise<Benchmark> {
  const folder = mkdtempSync(join(tmpdir(), "croupier-bench-"));
  const env = { DATA_DIR: join(folder, "data"), TABLES: JSON.stringify([TABLE]) };
  const server = await startServer({ env });
  try {
    const { url } = server;
    const file = join(folder, "report.json");
    const flags = `--url ${url} --players ${PLAYERS} --duration ${SECONDS}s --ramp ${RAMP_SECONDS}s --json ${file}`;
    const bots = runBots(flags);
    bots.stdout?.resume();
    const [code] = await once(bots, "close");
    const peakBytes = peakMemory(server.child.pid ?? 0);
    const report = JSON.parse(readFileSync(file, "utf8")) as BotsReport;
    if (code !== 0)
      throw new Error(`the bots' run failed: ${report.errors.slice(0, 3).join("; ")}`);
    return benchmarkOf(report, peakBytes);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function benchmarkOf(report: BotsReport, peakBytes: number): Benchmark {
  const { ackMs, bets, connected, phaseLateMs, resultSkewMs, rounds } = report;
  return {
    title: `A server under load: ${connected} bots at one table for ${SECONDS} s`,
    figures: [
      { name: "rounds", value: rounds, unit: "" },
      { name: "accepted", value: bets.accepted / SECONDS, unit: "operations/s" },
      { name: "acknowledged, p50", value: ackMs.p50, unit: "ms" },
      { name: "results apart, p99", value: resultSkewMs.p99, unit: "ms" },
      { name: "latest turn of a phase", value: phaseLateMs.max, unit: "ms" },
      { name: "phases timed", value: phaseLateMs.phases, unit: "" },
      { name: "the bots' own delay, p99", value: report.botDelayMs.p99, unit: "ms" },
    ],
    bars: [
      { name: "bots seated", value: connected, unit: "", atLeast: PLAYERS },
      { name: "phases over 50 ms late", value: phaseLateMs.missed, unit: "", atMost: 0 },
      { name: "acknowledged, p99", value: ackMs.p99, unit: "ms", atMost: 100 },
      { name: "server's memory at its peak", value: peakBytes / 2 ** 20, unit: "MiB", atMost: 250 },
    ],
  };
}

function runBots(flags: string): ChildProcess {
  const args = ["--disable-warning=ExperimentalWarning", BOTS, ...flags.split(" ")];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** The most memory that a process ever held, in bytes; the kernel keeps count. Linux only. */
function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`the kernel does not tell the memory of ${pid}`);
  return 1024 * Number(kilobytes);
}
