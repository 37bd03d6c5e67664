/**
 * A table as the step function sees it.
 *
 * Stages, and the public phase that each shows:
 *
 *   idle ──▶ opening ──▶ betting ──▶ draining ──▶ locking ──▶ settling ──▶ settled
 *     ▲      (result)               └──────────── closing ─────────────────┘  │
 *     │                                                                       ▼
 *     └── (first start)   opening ◀── result ◀───────────────────────── spinning
 *
 * `draining` waits for the operations in flight; `locking` and `settling` for the database;
 * `settled` for the end of the closing time. The outcome is drawn and paid while the table still
 * shows `closing`, and told when the ball is spun: nothing is told before it is durable.
 *
 * Players are kept from their sitting down until they have left and their last chips are settled.
 */
import type { Chips } from "../chips.ts";
import { NO_CHIPS } from "../chips.ts";
import type { Swing } from "../exposure.ts";
import { Exposure } from "../exposure.ts";
import type { Layout } from "../spots.ts";
import { layoutOf } from "../spots.ts";
import type { ClientSeed, Pocket, SpotId, TableConfig } from "../types.ts";
import type { SettledBet } from "./effects.ts";
import type { ChipsOnSpots, OperationAnswer, OperationInput, SpotChange } from "./inputs.ts";

export type Stage =
  | "idle"
  | "opening"
  | "betting"
  | "draining"
  | "locking"
  | "settling"
  | "settled"
  | "spinning"
  | "result";

export type TablePhase = "betting" | "closing" | "spinning" | "result" | "paused";

/** An operation that arrived in time, behind another one of the same player. */
export interface WaitingOperation {
  readonly input: OperationInput;
  readonly content: string;
  /** Everyone who asked with this op while it was under way. */
  readonly requests: number[];
}

/** An operation that was evaluated and is on its way to the database. */
export interface OperationInFlight extends WaitingOperation {
  readonly changes: readonly SpotChange[];
  readonly swing: Swing;
  readonly stakeChange: number;
}

export interface PlayerAtTable {
  readonly playerId: string;
  seated: boolean;
  clientSeed: string | null;
  /** Posted chips of the running round. */
  readonly chips: Map<SpotId, Chips>;
  stake: Chips;
  /** Changes that `undo` takes back, oldest first. */
  readonly batches: (readonly SpotChange[])[];
  /** The layout of the last round with chips; what `repeat` places. */
  lastChips: ChipsOnSpots;
  inFlight: OperationInFlight | null;
  /** Operations behind the one in flight, in order of arrival. */
  readonly waiting: WaitingOperation[];
  /** Operations answered in this round, by op. */
  readonly answered: Map<string, { readonly content: string; readonly answer: OperationAnswer }>;
}

/** How much of the running round's log is one player's. */
export interface Tally {
  operations: number;
  /** Of spots, in all of the operations. */
  changes: number;
}

/** What was drawn for the locked round; private until the ball spins. */
export interface Drawn {
  readonly seed: string;
  readonly pocket: Pocket;
  readonly bets: readonly SettledBet[];
  balances: ReadonlyMap<string, Chips>;
}

export interface TableState {
  readonly config: TableConfig;
  readonly layout: Layout;
  stage: Stage;
  bankAvailable: boolean;
  /** The running round, or the last one before the first opens after a start. */
  round: number;
  phaseEndsAt: number;
  bettingEndedAt: number;
  commitment: string;
  entropy: string;
  /** The frozen list that `entropy` was made of. */
  clientSeeds: readonly ClientSeed[];
  /** Empty until the lock is durable. */
  betsDigest: string;
  /** Of the bets that are being locked; public as `betsDigest` once that is durable. */
  lockingDigest: string;
  /** Empty until the ball spins, as is `pocket`. */
  seed: string;
  pocket: Pocket;
  /** Newest first. */
  readonly lastPockets: Pocket[];
  readonly players: Map<string, PlayerAtTable>;
  /** By player; it outlives a place that is given up. */
  readonly tallies: Map<string, Tally>;
  totalStake: Chips;
  /** Of posted chips, and of what is in flight. */
  exposure: Exposure;
  /** Operations under way to the database. */
  inFlight: number;
  drawn: Drawn | null;
}

/** A table that has not opened a round yet; its first tick opens round `lastRound + 1`. */
export function createTable(
  config: TableConfig,
  past: { readonly lastRound: number; readonly lastPockets: readonly Pocket[] },
): TableState {
  const layout = layoutOf(config.wheel);
  return {
    config,
    layout,
    stage: "idle",
    bankAvailable: true,
    round: past.lastRound,
    phaseEndsAt: 0,
    bettingEndedAt: 0,
    commitment: "",
    entropy: "",
    clientSeeds: [],
    betsDigest: "",
    lockingDigest: "",
    seed: "",
    pocket: "",
    lastPockets: [...past.lastPockets],
    players: new Map(),
    tallies: new Map(),
    totalStake: NO_CHIPS,
    exposure: new Exposure(layout, config.zeroRule),
    inFlight: 0,
    drawn: null,
  };
}

/** The player's place in the table's books; made where there is none. */
export function playerAt(state: TableState, playerId: string): PlayerAtTable {
  let player = state.players.get(playerId);
  if (player === undefined) {
    player = {
      playerId,
      seated: false,
      clientSeed: null,
      chips: new Map(),
      stake: NO_CHIPS,
      batches: [],
      lastChips: [],
      inFlight: null,
      waiting: [],
      answered: new Map(),
    };
    state.players.set(playerId, player);
  }
  return player;
}

/**
 * How many places at the table are taken: by those who sit there, and by those who took part in the
 * running round and are away. Theirs are kept until the next round opens.
 */
export function placesTaken(state: TableState): number {
  return state.players.size;
}

/** Whether one of the places that are taken is this player's. */
export function hasPlace(state: TableState, playerId: string): boolean {
  return state.players.has(playerId);
}

/** How many players sit at the table. */
export function seatedAt(state: TableState): number {
  let seated = 0;
  for (const player of state.players.values()) if (player.seated) seated += 1;
  return seated;
}

const PHASE_OF: Readonly<Record<Stage, TablePhase>> = {
  idle: "paused",
  opening: "result",
  betting: "betting",
  draining: "closing",
  locking: "closing",
  settling: "closing",
  settled: "closing",
  spinning: "spinning",
  result: "result",
};

/** The phase that everyone sees. */
export function phaseOf(state: TableState): TablePhase {
  if (!state.bankAvailable) return "paused";
  // Before the first round after a start there is no result to show.
  if (state.stage === "opening" && state.pocket === "") return "paused";
  return PHASE_OF[state.stage];
}

/** When the table wants its next `tick`; null while it waits for the database. */
export function nextTickAt(state: TableState): number | null {
  switch (state.stage) {
    case "betting":
    case "settled":
    case "spinning":
    case "result":
      return state.phaseEndsAt;
    case "idle":
      return 0;
    case "draining":
      return state.inFlight === 0 ? 0 : null;
    default:
      return null;
  }
}
