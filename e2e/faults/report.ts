/** What a run of faults came to, for people. */
import type { Outcome } from "./run.ts";

/** A run's outcome as lines. */
export function linesOf({ suites, findings, faults, measured, bots }: Outcome): readonly string[] {
  const lines = [`${findings.length === 0 ? "ok    " : "FAILED"} ${suites.join(", ")}`];
  for (const [fault, times] of Object.entries(faults)) lines.push(`  ${times} × ${fault}`);
  for (const [name, { median, most, times }] of Object.entries(measured)) {
    lines.push(`  ${name}: median ${median} ms, most ${most} ms (${times} times)`);
  }
  if (bots !== null) {
    const { connected, dropped, reconnected, rounds, bets } = bots;
    lines.push(
      `  ${connected} bots, thrown out ${dropped} times and back ${reconnected} times, ` +
        `${rounds} rounds, ${bets.accepted} of ${bets.sent} operations accepted`,
    );
  }
  return [...lines, ...findings.map((finding) => `  ! ${finding}`)];
}
