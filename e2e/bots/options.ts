/** The command line of the bots, checked. */
import { availableParallelism } from "node:os";
import { flagsIn, UsageError, wholeNumber } from "../command/flags.ts";
import type { StrategyName } from "./strategies.ts";
import { STRATEGY_NAMES } from "./strategies.ts";

export const SLO_METRICS = ["p50", "p95", "p99", "max"] as const;
export type SloMetric = (typeof SLO_METRICS)[number];

/** A bound on the time from an operation to its acknowledgement. */
export interface Slo {
  readonly metric: SloMetric;
  readonly limitMs: number;
}

export interface BotsOptions {
  readonly url: string;
  readonly players: number;
  readonly durationMs: number;
  /** Table ids; empty: every table that the server has. */
  readonly tables: readonly string[];
  readonly strategy: StrategyName | "mixed";
  readonly seed: number;
  readonly workers: number;
  /** The time over which the bots come in. */
  readonly rampMs: number;
  /** The fraction of the bots whose connection is cut each minute. */
  readonly churn: number;
  readonly slos: readonly Slo[];
  readonly json: string | undefined;
  readonly html: string | undefined;
}

export const USAGE = `Usage: npm run bots -- [options]
  --url URL            the server (http://127.0.0.1:2567)
  --players N          how many bots (50)
  --duration 60s       how long they play (30s); then they wait for their last round
  --tables a,b         ids of the tables (all)
  --strategy NAME      mixed, ${STRATEGY_NAMES.join(", ")} (mixed)
  --seed N             what the bots wish for follows from it (1)
  --workers N          threads (one per 500 bots, at most one per processor)
  --ramp 10s           the time over which they come in (100 bots a second)
  --churn 0.5          fraction of the bots whose connection is cut each minute (0)
  --slo p99=100ms      fails where acknowledgements are slower; also p50, p95, max; may be repeated
  --json FILE          the report as JSON
  --html FILE          the report as a page`;

const BOTS_PER_WORKER = 500;
const BOTS_PER_SECOND = 100;
const MOST_PLAYERS = 100_000;

/** Reads the flags; null where help was asked for. */
export function readOptions(args: readonly string[]): BotsOptions | null {
  const flags = parseFlags(args);
  if (flags.help === true) return null;
  const players = wholeNumber("--players", flags.players ?? "50", [1, MOST_PLAYERS]);
  const usualWorkers = Math.min(Math.ceil(players / BOTS_PER_WORKER), availableParallelism());
  const usualRamp = `${Math.ceil((1000 * players) / BOTS_PER_SECOND)}ms`;
  return {
    url: baseUrl(flags.url ?? "http://127.0.0.1:2567"),
    players,
    durationMs: duration("--duration", flags.duration ?? "30s"),
    tables: (flags.tables ?? "").split(",").filter((id) => id !== ""),
    strategy: strategyName(flags.strategy ?? "mixed"),
    seed: wholeNumber("--seed", flags.seed ?? "1", [0, 2 ** 32 - 1]),
    workers: Math.min(
      players,
      wholeNumber("--workers", flags.workers ?? `${usualWorkers}`, [1, 64]),
    ),
    rampMs: duration("--ramp", flags.ramp ?? usualRamp),
    churn: fraction("--churn", flags.churn ?? "0"),
    slos: (flags.slo ?? []).flatMap((list) => list.split(",")).map(slo),
    json: flags.json,
    html: flags.html,
  };
}

function parseFlags(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    url: text,
    players: text,
    duration: text,
    tables: text,
    strategy: text,
    seed: text,
    workers: text,
    ramp: text,
    churn: text,
    slo: { type: "string", multiple: true },
    json: text,
    html: text,
    help: { type: "boolean", short: "h" },
  } as const;
  return flagsIn(args, options);
}

/** An http(s) address without a slash at its end. */
function baseUrl(value: string): string {
  const url = URL.parse(value);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new UsageError(`--url takes an address such as http://127.0.0.1:2567, not "${value}"`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a text such as `500ms`, `60s`, `2m`; a bare number is seconds. */
function duration(flag: string, value: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) ?? [];
  if (amount === undefined) {
    throw new UsageError(`${flag} takes a time such as 500ms, 60s or 2m, not "${value}"`);
  }
  return Math.round(Number(amount) * (UNITS[unit ?? "s"] ?? 1000));
}

function fraction(flag: string, value: string): number {
  const number = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 0 && number <= 60)) {
    throw new UsageError(`${flag} takes a fraction a minute, such as 0.5, not "${value}"`);
  }
  return number;
}

function strategyName(value: string): BotsOptions["strategy"] {
  const names = ["mixed", ...STRATEGY_NAMES] as const;
  const name = names.find((known) => known === value);
  if (name === undefined) {
    throw new UsageError(`--strategy takes ${names.join(", ")}, not "${value}"`);
  }
  return name;
}

function slo(value: string): Slo {
  const [name, limit] = value.split("=");
  const metric = SLO_METRICS.find((known) => known === name);
  if (metric === undefined || limit === undefined) {
    throw new UsageError(`--slo takes p50, p95, p99 or max and a time: p99=100ms, not "${value}"`);
  }
  return { metric, limitMs: duration("--slo", limit) };
}
