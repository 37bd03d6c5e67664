/** What an act needs, and what it is. */
import type { Stack } from "./stack.ts";

/** A house of containers. */
export interface House {
  /** As browsers see it. */
  readonly url: string;
  /** What bots have to trust there: the path of a certificate. */
  readonly certificate?: string;
  /** Ids of the containers that run, or of those of one service. */
  containers(service?: string): Promise<readonly string[]>;
}

export interface Stage {
  readonly stack: Stack;
  readonly say: (line: string) => void;
}

export interface Act {
  readonly name: string;
  /** Answers what did not hold. */
  readonly play: (stage: Stage) => Promise<readonly string[]>;
}
