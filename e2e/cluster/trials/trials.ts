/** All trials, in the order in which they are run. */
import { rolling } from "./rolling.ts";
import type { Trial } from "./trial.ts";

export const TRIALS: readonly Trial[] = [rolling];
