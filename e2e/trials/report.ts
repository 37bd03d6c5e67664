/** What a trial came to, for people. */
import type { Percentiles } from "../bots/samples.ts";
import type { Outcome } from "./trial.ts";

/** A trial's outcome as lines. */
export function linesOf({ trial, findings, faults, measured, bots }: Outcome): readonly string[] {
  const lines = [`${findings.length === 0 ? "ok    " : "FAILED"} ${trial}`];
  for (const [fault, times] of Object.entries(faults)) lines.push(`  ${times} × ${fault}`);
  for (const [name, { median, most, times }] of Object.entries(measured)) {
    lines.push(`  ${name}: median ${median} ms, most ${most} ms (${times} times)`);
  }
  if (bots !== null) {
    const { connected, dropped, reconnected, rounds, bets, ackMs, awayMs } = bots;
    lines.push(
      `  ${connected} bots, thrown out ${dropped} times and back ${reconnected} times, ` +
        `${rounds} rounds, ${bets.accepted} of ${bets.sent} operations accepted`,
      `  out: ${times(awayMs)}`,
      `  acknowledged: ${times(ackMs)}`,
    );
  }
  return [...lines, ...findings.map((finding) => `  ! ${finding}`)];
}

function times({ p50, p95, p99, max }: Percentiles): string {
  const [half, most, nearly, all] = [p50, p95, p99, max].map((ms) => Math.round(ms));
  return `p50 ${half}, p95 ${most}, p99 ${nearly}, max ${all} ms`;
}
