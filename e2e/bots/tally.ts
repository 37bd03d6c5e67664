/** What one thread counts for all its bots together. */
import { ServerClock } from "./clock.ts";
import { Samples } from "./samples.ts";
import { Sightings } from "./sightings.ts";

/** Errors kept for the report; more are only counted. */
const MOST_ERRORS = 50;

export class Tally {
  connected = 0;
  dropped = 0;
  reconnected = 0;
  sent = 0;
  accepted = 0;
  readonly refused: Record<string, number> = {};
  /** From an accepted operation's last sending to its answer. */
  readonly ackMs = new Samples();
  /** From a table that moves, or a lost connection, to the next seat. */
  readonly awayMs = new Samples();
  readonly sightings = new Sightings();
  readonly clock = new ServerClock();
  readonly errors: string[] = [];
  errorCount = 0;

  refuse(code: string): void {
    this.refused[code] = (this.refused[code] ?? 0) + 1;
  }

  error(error: string): void {
    this.errorCount += 1;
    if (this.errors.length < MOST_ERRORS) this.errors.push(error);
  }
}
