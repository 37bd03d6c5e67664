/** The report for people: lines on a terminal. */
import type { Report } from "./report.ts";
import type { Percentiles } from "./samples.ts";

/** Name and value of each figure, in the order in which they are read. */
export function figuresOf(report: Report): readonly (readonly [name: string, value: string])[] {
  const { bets, chips, phaseLateMs } = report;
  const refused = Object.entries(bets.refused).toSorted(([, one], [, other]) => other - one);
  const refusals = refused.reduce((sum, [, count]) => sum + count, 0);
  return [
    ["players", `${report.connected} of ${report.players} seated`],
    ["connections", `${report.dropped} dropped, ${report.reconnected} came back`],
    ["away for", times(report.awayMs)],
    ["rounds", `${report.rounds}, of them void ${report.voided.length}`],
    ["operations", `${bets.sent} sent, ${bets.accepted} accepted, ${refusals} refused`],
    ["refused", refused.map(([code, count]) => `${code} ${count}`).join(", ") || "none"],
    ["acknowledged in", times(report.ackMs)],
    ["results apart", times(report.resultSkewMs)],
    [
      "phases late",
      `${times(phaseLateMs)}; ${phaseLateMs.missed} of ${phaseLateMs.phases} > 50 ms`,
    ],
    ["bots' own delay", times(report.botDelayMs)],
    [
      "chips",
      `${chips.start} at first, ${chips.staked} staked, ${chips.returned} returned, ` +
        `${chips.grants} given, ${chips.end} at last`,
    ],
  ];
}

/** Each promise, and whether it was kept. */
export function verdictsOf(report: Report): readonly (readonly [promise: string, ok: boolean])[] {
  const { conserved, acksMatchLedger, outcomesVerified } = report.invariants;
  return [
    ["chips conserved", conserved],
    ["acknowledgements match the ledger", acksMatchLedger],
    [
      `outcomes verified: ${outcomesVerified} of ${report.rounds} rounds`,
      report.outcomeFaults === 0,
    ],
    ...Object.entries(report.slo).map(
      ([metric, { limitMs, actualMs, ok }]) =>
        [`${metric} ${actualMs} ms within ${limitMs} ms`, ok] as const,
    ),
  ];
}

/** The report as text. */
export function summaryOf(report: Report): string {
  const figures = figuresOf(report).map(([name, value]) => `  ${name.padEnd(16)} ${value}`);
  const verdicts = verdictsOf(report).map(
    ([promise, ok]) => `  ${ok ? "ok    " : "FAILED"} ${promise}`,
  );
  const shown = report.errors.slice(0, 10).map((error) => `  ! ${error}`);
  const more = report.errors.length - shown.length;
  if (more > 0) shown.push(`  ! and ${more} more`);
  return [...figures, "", ...verdicts, ...(shown.length > 0 ? ["", ...shown] : [])].join("\n");
}

function times({ p50, p95, p99, max }: Percentiles): string {
  return `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, max ${ms(max)} ms`;
}

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
