/** The report of a run: what INTERFACE promises, and what it takes to judge it. */
import type { Phase } from "@croupier/shared/protocol/state";
import type { BotsOptions, SloMetric } from "./options.ts";
import type { Verification } from "./outcomes.ts";
import type { PlayerOutcome, WorkerResult } from "./results.ts";
import type { Percentiles } from "./samples.ts";
import { percentilesOf, worstOf } from "./samples.ts";
import type { RoundSighting } from "./sightings.ts";

export interface Report {
  readonly players: number;
  readonly connected: number;
  readonly dropped: number;
  readonly reconnected: number;
  /** Rounds that ended, settled or void, while bots were at their tables. */
  readonly rounds: number;
  /** Those of them that are void, each with its reason. */
  readonly voided: readonly string[];
  readonly bets: {
    readonly sent: number;
    readonly accepted: number;
    readonly refused: Readonly<Record<string, number>>;
  };
  /** From sending an operation to its acknowledgement; milliseconds, as all times here. */
  readonly ackMs: Percentiles;
  /** From a table that moves, or a lost connection, to the seat that its player has again. */
  readonly awayMs: Percentiles;
  /** How long after the first bot the result of a round reached each bot. */
  readonly resultSkewMs: Percentiles;
  /**
   * How long after its announced end each phase was over: `missed` counts those over 50 ms. It is
   * counted for the phases with nothing to wait for but the clock: betting, spinning and result.
   */
  readonly phaseLateMs: Percentiles & { readonly phases: number; readonly missed: number };
  /** How late the bots' own threads were: where this is much, the times above are the bots' own. */
  readonly botDelayMs: Percentiles;
  readonly chips: {
    readonly start: number;
    readonly end: number;
    readonly staked: number;
    readonly returned: number;
    /** Given outside the game during the run. */
    readonly grants: number;
  };
  readonly invariants: {
    readonly conserved: boolean;
    readonly acksMatchLedger: boolean;
    readonly outcomesVerified: number;
  };
  /** What did not fit about rounds: see `errors`. */
  readonly outcomeFaults: number;
  readonly slo: Readonly<
    Partial<Record<SloMetric, { limitMs: number; actualMs: number; ok: boolean }>>
  >;
  readonly errors: readonly string[];
  /** True where every invariant and every given objective held. */
  readonly ok: boolean;
}

/** A turn later than this after its announced time is a missed deadline. */
const DEADLINE_MS = 50;
const DEADLINE_PHASES: readonly Phase[] = ["betting", "spinning", "result"];
const MOST_ERRORS = 200;

export interface Run {
  readonly options: BotsOptions;
  readonly results: readonly WorkerResult[];
  readonly sightings: readonly RoundSighting[];
  readonly verification: Verification;
}

/** Puts the report of a run together. */
export function buildReport({ options, results, sightings, verification }: Run): Report {
  const players = results.flatMap((result) => result.players);
  const connected = sum(results, (result) => result.connected);
  const ackMs = percentilesOf(...results.map((result) => result.ackMs));
  const strayed = players.flatMap((player) => conservationFault(player, verification));
  const disagreeing = players.flatMap(({ playerId, faults }) =>
    faults.map((fault) => `player ${playerId}: ${fault}`),
  );
  const unread = connected - players.length;
  const slo = Object.fromEntries(
    options.slos.map(({ metric, limitMs }) => {
      const actualMs = ackMs[metric];
      return [metric, { limitMs, actualMs, ok: actualMs <= limitMs }];
    }),
  );
  const faults = [
    ...verification.faults,
    ...strayed,
    ...disagreeing,
    ...results.flatMap(({ contradictions }) => contradictions),
  ];
  const conserved = strayed.length === 0 && unread === 0 && connected > 0;
  const acksMatchLedger = disagreeing.length === 0 && unread === 0 && connected > 0;
  const sloMet = Object.values(slo).every(({ ok }) => ok);
  return {
    players: options.players,
    connected,
    dropped: sum(results, (result) => result.dropped),
    reconnected: sum(results, (result) => result.reconnected),
    rounds: verification.finished,
    voided: verification.voided,
    bets: {
      sent: sum(results, (result) => result.sent),
      accepted: sum(results, (result) => result.accepted),
      refused: mergedCounts(results.map((result) => result.refused)),
    },
    ackMs,
    awayMs: percentilesOf(...results.map((result) => result.awayMs)),
    resultSkewMs: resultSkew(sightings),
    phaseLateMs: phaseLateness(sightings),
    botDelayMs: worstOf(results.map(({ delayMs }) => delayMs)),
    chips: {
      start: sum(players, (player) => player.start),
      end: sum(players, (player) => player.end),
      staked: sum(players, ({ playerId }) => verification.chipsOf.get(playerId)?.staked ?? 0),
      returned: sum(players, ({ playerId }) => verification.chipsOf.get(playerId)?.returned ?? 0),
      grants: sum(players, (player) => player.grants),
    },
    invariants: { conserved, acksMatchLedger, outcomesVerified: verification.verified },
    outcomeFaults: verification.faults.length,
    slo,
    errors: [...faults, ...results.flatMap(({ errors }) => errors)].slice(0, MOST_ERRORS),
    ok: conserved && acksMatchLedger && sloMet && faults.length === 0,
  };
}

/** start + returned − staked + grants = end, for each player. */
function conservationFault(player: PlayerOutcome, { chipsOf }: Verification): string[] {
  const { playerId, start, end, grants } = player;
  const { staked, returned } = chipsOf.get(playerId) ?? { staked: 0, returned: 0 };
  const expected = start + returned - staked + grants;
  if (expected === end) return [];
  return [
    `player ${playerId}: ${start} + ${returned} returned - ${staked} staked + ${grants} given is ` +
      `${expected}, the balance is ${end}`,
  ];
}

function resultSkew(sightings: readonly RoundSighting[]): Percentiles {
  const skewMs = sightings.flatMap(({ resultAt }) => {
    const first = resultAt.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
    return resultAt.map((at) => at - first);
  });
  return percentilesOf(skewMs);
}

function phaseLateness(sightings: readonly RoundSighting[]): Report["phaseLateMs"] {
  const lateMs = sightings.flatMap((sighting) =>
    DEADLINE_PHASES.map((phase) => sighting.lateMs[phase]).filter((late) => late !== undefined),
  );
  return {
    ...percentilesOf(lateMs),
    phases: lateMs.length,
    missed: lateMs.filter((late) => late > DEADLINE_MS).length,
  };
}

function mergedCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [code, count] of all.flatMap((counts) => Object.entries(counts))) {
    total[code] = (total[code] ?? 0) + count;
  }
  return total;
}

function sum<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((total, item) => total + value(item), 0);
}
