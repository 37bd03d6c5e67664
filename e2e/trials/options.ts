/** The command line of the trials, checked. */
import { flagsIn, UsageError, wholeNumber } from "../command/flags.ts";
import type { Scale } from "./trial.ts";

export interface TrialFlags extends Scale {
  /** Names of trials; empty: all of them. */
  readonly only: readonly string[];
  readonly json: string | undefined;
}

interface Named {
  readonly name: string;
  readonly does: string;
}

const ANY = [1, 100_000] as const;

/** How to call it, with the trials that there are. */
export function trialUsage(trials: readonly Named[]): string {
  const lines = trials.map(({ name, does }) => `    ${name.padEnd(10)} ${does}`);
  return `Usage: npm run trials -- [options]
  --only NAME     one trial; may be repeated (all)
${lines.join("\n")}
  --players N     bots that play meanwhile (each trial has its own number)
  --turns N       faults, where they come at random
  --sockets N     sockets that are cut at once
  --seed N        what the bots wish for and when faults come follows from it (1)
  --brief         a short form of each trial
  --json FILE     the report as JSON`;
}

/** Reads the flags; null where help was asked for. */
export function readTrialFlags(
  args: readonly string[],
  trials: readonly Named[],
): TrialFlags | null {
  const flags = parsed(args);
  if (flags.help === true) return null;
  const { only = [], seed = "1", brief = false, json } = flags;
  const names = trials.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`--only takes ${names.join(", ")}, not "${unknown.join(", ")}"`);
  }
  return {
    only,
    brief,
    json,
    seed: wholeNumber("--seed", seed, ANY),
    players: flags.players === undefined ? undefined : wholeNumber("--players", flags.players, ANY),
    sockets: flags.sockets === undefined ? undefined : wholeNumber("--sockets", flags.sockets, ANY),
    turns: flags.turns === undefined ? undefined : wholeNumber("--turns", flags.turns, ANY),
  };
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    only: { type: "string", multiple: true },
    players: text,
    turns: text,
    sockets: text,
    seed: text,
    brief: { type: "boolean" },
    json: text,
    help: { type: "boolean", short: "h" },
  } as const;
  return flagsIn(args, options);
}
