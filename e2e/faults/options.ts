/** The command line of the fault suite, checked. */
import { flagsIn, UsageError, wholeNumber } from "../command/flags.ts";

export interface FaultsOptions {
  /** Names of suites; empty: all of them. */
  readonly only: readonly string[];
  readonly kills: number;
  readonly seed: number;
  readonly players: number;
  /** Of the house; from 2 on behind a proxy, where the others take over from the one that ends. */
  readonly processes: number;
  readonly brief: boolean;
  /** Broken builds instead of the real one: each must be caught. */
  readonly broken: boolean;
  readonly json: string | undefined;
}

/** The slots of the proxy. */
const MOST_PROCESSES = 16;
const ANY = [1, 100_000] as const;

/** How to call it, with the suites that there are. */
export function usage(suites: readonly { readonly name: string; readonly does: string }[]): string {
  const lines = suites.map(({ name, does }) => `    ${name.padEnd(14)} ${does}`);
  return `Usage: npm run faults -- [options]
  --only NAME     one suite; may be repeated (all)
${lines.join("\n")}
  --kills N       servers killed at random moments (200)
  --players N     bots that play meanwhile (100)
  --processes N   server processes that share the tables behind a proxy (1: no proxy)
  --seed N        what the bots wish for and when faults come follows from it (1)
  --brief         a short form of each suite
  --broken        runs the suites on broken builds: each must be caught
  --json FILE     the report as JSON`;
}

/** Reads the flags; null where help was asked for. */
export function readOptions(
  args: readonly string[],
  suites: readonly { readonly name: string }[],
): FaultsOptions | null {
  const flags = parseFlags(args);
  if (flags.help === true) return null;
  const names = suites.map(({ name }) => name);
  const unknown = (flags.only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`--only takes ${names.join(", ")}, not "${unknown.join(", ")}"`);
  }
  return {
    only: flags.only ?? [],
    kills: wholeNumber("--kills", flags.kills ?? "200", ANY),
    seed: wholeNumber("--seed", flags.seed ?? "1", ANY),
    players: wholeNumber("--players", flags.players ?? "100", ANY),
    processes: processesOf(flags.processes ?? "1"),
    brief: flags.brief ?? false,
    broken: flags.broken ?? false,
    json: flags.json,
  };
}

/** One alone, or enough that the second death in a row leaves one. */
function processesOf(text: string): number {
  const processes = wholeNumber("--processes", text, [1, MOST_PROCESSES]);
  if (processes === 2) throw new UsageError("--processes takes 1, or 3 and more, not 2");
  return processes;
}

function parseFlags(args: readonly string[]) {
  const text = { type: "string" } as const;
  const yes = { type: "boolean" } as const;
  const options = {
    only: { type: "string", multiple: true },
    kills: text,
    seed: text,
    players: text,
    processes: text,
    brief: yes,
    broken: yes,
    json: text,
    help: { type: "boolean", short: "h" },
  } as const;
  return flagsIn(args, options);
}
