/**
 * A table's state from what its store remembers: the round that was running goes on, with the same
 * number, commitment, entropy and bets.
 */
import { assert } from "../assert.ts";
import type { Chips } from "../chips.ts";
import { betsDigestOf } from "../fairness.ts";
import type { ClientSeed, Pocket, SpotId, TableConfig } from "../types.ts";
import { expose } from "./exposing.ts";
import type { OperationKind, SpotChange } from "./inputs.ts";
import { placing } from "./layouts.ts";
import { applyOperation } from "./operations.ts";
import { betsOf, bettingEndOf } from "./rounds.ts";
import type { TableState } from "./state.ts";
import { createTable, playerAt } from "./state.ts";

const NOTHING: ReadonlyMap<SpotId, Chips> = new Map();

export interface RememberedRound {
  readonly round: number;
  readonly status: "open" | "locked";
  readonly commitment: string;
  readonly entropy: string;
  readonly clientSeeds: readonly ClientSeed[];
  readonly openedAt: number;
  readonly betsDigest: string | null;
  /** In the order of posting. */
  readonly operations: readonly {
    readonly playerId: string;
    readonly kind: OperationKind;
    readonly changes: readonly SpotChange[];
    readonly answer: { readonly stake: Chips };
  }[];
}

export interface RememberedTable {
  readonly lastRound: number;
  /** Newest first. */
  readonly lastPockets: readonly Pocket[];
  readonly unfinished: RememberedRound | null;
}

/**
 * Builds the state; the next `tick` takes it on. Asserts that the books agree with the record: a
 * round for which they do not cannot go on, and is void.
 */
export function restoreTable(
  config: TableConfig,
  remembered: RememberedTable,
  now: number,
): TableState {
  const state = createTable(config, remembered);
  const unfinished = remembered.unfinished;
  if (unfinished === null) return state;
  assert(unfinished.round === remembered.lastRound + 1, "an unfinished round out of order");
  state.round = unfinished.round;
  state.commitment = unfinished.commitment;
  state.entropy = unfinished.entropy;
  state.clientSeeds = unfinished.clientSeeds;
  for (const operation of unfinished.operations) {
    const player = playerAt(state, operation.playerId);
    applyOperation(state, player, operation);
    assert(player.stake === operation.answer.stake, "a log that does not add up");
  }
  // Once, for what lies there in the end: a log may have hundreds of changes for each chip.
  for (const { chips } of state.players.values()) expose(state, NOTHING, placing(chips));
  if (unfinished.status === "locked") {
    assert(betsDigestOf(betsOf(state)) === unfinished.betsDigest, "bets changed after the lock");
    state.stage = "draining";
    state.bettingEndedAt = now;
    state.phaseEndsAt = now;
    return state;
  }
  state.stage = "betting";
  state.phaseEndsAt = bettingEndOf(config, { openedAt: unfinished.openedAt, now });
  return state;
}
