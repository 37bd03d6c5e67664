/** The command line of the cluster, checked. */
import { flagsIn, UsageError, wholeNumber } from "../command/flags.ts";

export interface ClusterFlags {
  readonly processes: number;
  readonly port: number;
  /** A process is killed so often; null: none is. */
  readonly killEveryMs: number | null;
}

export const USAGE = `Usage: npm run cluster -- [options]
  --processes N    server processes behind the one address (3, at most 16)
  --port N         the address's port (8080)
  --kill-every T   ends a process at once every so often, such as 20s, and starts it again`;

const MOST_PROCESSES = 16;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const LEAST_KILL_MS = 1_000;

/** Reads the flags; null where help was asked for. */
export function readFlags(args: readonly string[]): ClusterFlags | null {
  const values = parsed(args);
  if (values.help === true) return null;
  const { processes = "3", port = "8080", "kill-every": killEvery } = values;
  return {
    processes: wholeNumber("--processes", processes, [1, MOST_PROCESSES]),
    port: wholeNumber("--port", port, [1, 65_535]),
    killEveryMs: killEvery === undefined ? null : duration("--kill-every", killEvery),
  };
}

function parsed(args: readonly string[]) {
  return flagsIn(args, {
    processes: { type: "string" },
    port: { type: "string" },
    "kill-every": { type: "string" },
    help: { type: "boolean" },
  });
}

function duration(name: string, text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})(ms|s|m)$/.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (milliseconds >= LEAST_KILL_MS) return milliseconds;
  throw new UsageError(`${name} takes a time of a second or more, such as 20s, not "${text}"`);
}
