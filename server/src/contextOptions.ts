import type { Config } from "./config/config.ts";
import type { Secrets } from "./config/secrets.ts";
import type { Clock } from "./platform/clock.ts";
import type { Logger } from "./platform/log.ts";

/** What the whole server is made of. */
export interface ContextOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Logger;
  readonly clock: Clock;
  /** For tests: seats that are given up soon. */
  readonly seatKeptSeconds?: number;
}
