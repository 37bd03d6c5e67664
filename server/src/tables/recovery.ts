/**
 * Where a table goes on when a host starts on it: in the round that was running, or, where that
 * round cannot go on, after it was settled (if its bets were locked) or voided.
 */
import { InvariantError } from "@croupier/shared/core/assert";
import type { Chips } from "@croupier/shared/core/chips";
import { restoreTable } from "@croupier/shared/core/table/restore";
import type { TableState } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Clock } from "../platform/clock.ts";
import { settleLocked } from "./lockedRound.ts";
import type { TableHistory, TableStore } from "./store.ts";

/** One player's part of a round that was voided. */
export interface VoidedStake {
  readonly playerId: string;
  readonly round: number;
  readonly reason: string;
  readonly stake: Chips;
  readonly balance: Chips;
}

export interface Recovery {
  readonly state: TableState;
  /** Everyone whose stake went back. */
  readonly voided: readonly VoidedStake[];
}

interface RecoveryOptions {
  readonly config: TableConfig;
  readonly store: TableStore;
  readonly clock: Clock;
  /** Why the running round must not go on, where the caller knows; else the record decides. */
  readonly broken?: string | undefined;
}

/** Reads a table's past and builds its state; settles or voids a round that cannot go on. */
export async function recoverTable(options: RecoveryOptions): Promise<Recovery> {
  const { config, store, clock } = options;
  const history = await store.prepareTable(config);
  const unfinished = history.unfinished;
  const attempt = options.broken ?? restorable(config, history, clock.now());
  if (typeof attempt !== "string") return { state: attempt, voided: [] };
  if (unfinished === null) {
    return { state: restoreTable(config, history, clock.now()), voided: [] };
  }
  if (unfinished.status === "locked" && (await isSettled(options, history))) {
    const settled = await store.prepareTable(config);
    return { state: restoreTable(config, settled, clock.now()), voided: [] };
  }
  const { tableId } = config;
  const { round } = unfinished;
  const reason = attempt;
  const { balances, stakes } = await store.voidRound({
    tableId,
    round,
    reason,
    voidedAt: clock.now(),
  });
  const voided = Array.from(stakes, ([playerId, stake]): VoidedStake => {
    const balance = balances.get(playerId);
    if (balance === undefined) throw new InvariantError(`no balance for ${playerId}`);
    return { playerId, round, reason, stake, balance };
  });
  const after = await store.prepareTable(config);
  return { state: restoreTable(config, after, clock.now()), voided };
}

/** Whether the locked round could be settled by its record; false where that contradicts itself. */
async function isSettled(options: RecoveryOptions, history: TableHistory): Promise<boolean> {
  try {
    await settleLocked(options, history);
    return true;
  } catch (error) {
    if (error instanceof InvariantError) return false;
    throw error;
  }
}

/** The state in which the table goes on, or why its running round cannot. */
function restorable(config: TableConfig, history: TableHistory, now: number): TableState | string {
  const { unfinished } = history;
  if (unfinished !== null) {
    if (unfinished.wheel !== config.wheel) {
      return `The table's wheel was changed from ${unfinished.wheel} to ${config.wheel}.`;
    }
    if (unfinished.zeroRule !== config.zeroRule) {
      return `The table's zero rule was changed from ${unfinished.zeroRule} to ${config.zeroRule}.`;
    }
  }
  try {
    return restoreTable(config, history, now);
  } catch (error) {
    if (error instanceof InvariantError) return `The round's books do not agree: ${error.message}.`;
    throw error;
  }
}
