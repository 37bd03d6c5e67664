/** What an act needs, and what it is. */
import type { Stack } from "./stack.ts";

export interface Stage {
  readonly stack: Stack;
  readonly say: (line: string) => void;
}

export interface Act {
  readonly name: string;
  /** Answers what did not hold. */
  readonly play: (stage: Stage) => Promise<readonly string[]>;
}
