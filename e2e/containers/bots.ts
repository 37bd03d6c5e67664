/** Bots at a house of containers: for a time, or for as long as something else takes. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../bots/report.ts";
import { startNode } from "../src/testing/processes.ts";
import type { House } from "./act.ts";

const LONGEST = "15m";

/** Plays until `during` is over; answers the bots' report, after their last round. */
export async function playWhile(
  house: House,
  players: number,
  during: () => Promise<void>,
): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "croupier-bots-"));
  const json = join(folder, "report.json");
  const flags = ["--url", house.url, "--players", String(players), "--duration", LONGEST];
  const bots = startNode({
    args: ["e2e/bots/main.ts", ...flags, "--json", json],
    env: house.certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: house.certificate },
  });
  try {
    await bots.sees(new RegExp(`\\b${players} seated`));
    await during();
    bots.signal("SIGINT");
    const { stderr } = await bots.exited;
    try {
      return JSON.parse(readFileSync(json, "utf8")) as Report;
    } catch {
      throw new Error(`the bots have no report: ${stderr.trim()}`);
    }
  } finally {
    bots.signal("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What did not hold, one line each. */
export function faultsOf(report: Report): readonly string[] {
  const { ok, errors, voided } = report;
  if (ok && voided.length === 0) return [];
  return ["the bots' invariants do not hold", ...errors, ...voided.map((why) => `void: ${why}`)];
}

type Told = "players" | "rounds" | "bets" | "ackMs" | "awayMs" | "reconnected";

/** The report in a line. */
export function toldOf(report: Pick<Report, Told>): string {
  const { players, rounds, bets, ackMs, awayMs, reconnected } = report;
  const [p50, p99, longest] = [awayMs.p50, awayMs.p99, awayMs.max].map((ms) => ms.toFixed(0));
  return (
    `${players} bots, ${rounds} rounds, ${bets.accepted} operations, p99 ${ackMs.p99.toFixed(0)} ms; ` +
    `${reconnected} came back, away for ${p50} ms (p50), ${p99} ms (p99), ${longest} ms at most`
  );
}
