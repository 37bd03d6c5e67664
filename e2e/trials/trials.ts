/** All trials, in the order in which they are run. */
import { chaos } from "./chaos.ts";
import { ghosts } from "./ghosts.ts";
import { massCut } from "./massCut.ts";
import { noRedis, redisAway } from "./redisAway.ts";
import { rolling } from "./rolling.ts";
import type { Trial } from "./trial.ts";

export const TRIALS: readonly Trial[] = [rolling, chaos, redisAway, noRedis, ghosts, massCut];
