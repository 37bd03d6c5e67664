/** A suite on a build that is broken in what it guards: the very mistake has to be found. */
import type { Scale } from "./run.ts";
import { runSuites } from "./run.ts";
import type { StageOptions } from "./stage.ts";
import type { BrokenBuild } from "./suites.ts";

export interface Hunt {
  readonly suite: string;
  readonly mutants: readonly string[];
  /** The finding that shows the mistake; null where none does. */
  readonly caughtBy: string | null;
  readonly findings: readonly string[];
}

/** Characters of a finding. */
const MOST_SHOWN = 200;

/** Runs the suite that guards against the build's mistake. */
export async function hunt(
  { suite, mutants, shows }: BrokenBuild,
  scale: Scale,
  stage: Omit<StageOptions, "mutants">,
): Promise<Hunt> {
  const { findings } = await runSuites([suite], scale, { ...stage, mutants });
  const caughtBy = findings.find((finding) => shows.test(finding)) ?? null;
  return { suite: suite.name, mutants, caughtBy, findings };
}

/** What became of it, for people; where the mistake was missed, what else was found. */
export function linesOfHunt({ suite, mutants, caughtBy, findings }: Hunt): readonly string[] {
  const told = caughtBy === null ? findings : [caughtBy];
  return [
    `${caughtBy === null ? "MISSED" : "caught"} ${suite}: ${mutants.join(", ")}`,
    ...told.map((finding) => `  ${(finding.split("\n")[0] ?? "").slice(0, MOST_SHOWN)}`),
  ];
}
