/** What servers tell of mistakes in themselves: a run's faults come from outside, and are none. */
import type { Stage } from "./stage.ts";

const BUG = /"msg":"(a table froze|a bug in)/;
/** Of the mutants that break an invariant where a suite asks for it. */
const ASKED_FOR = /"a broken invariant"/;
/** Characters of a line of a log. */
const MOST_SHOWN = 300;

type Told = Pick<Stage, "houses" | "notes">;

/** The lines that there are, of all servers; the last ones, where there are many. */
export function bugsOf({ houses }: Pick<Stage, "houses">): readonly string[] {
  const lines = houses.flatMap(({ troubles }) => troubles.split("\n"));
  return lines.filter((line) => BUG.test(line) && !ASKED_FOR.test(line));
}

/** Notes what was told of since `before`. */
export function expectNoBugs({ houses, notes }: Told, before: readonly string[]): void {
  for (const line of bugsOf({ houses })) {
    if (before.includes(line)) continue;
    notes.finding(`a server tells of a bug: ${line.slice(0, MOST_SHOWN)}`);
  }
}
