/**
 * Settles a locked round from its record alone. Its bets are fixed and its seed is committed to, so
 * there is one outcome, whatever became of the process that locked it or of the table's settings.
 */
import { assert } from "@croupier/shared/core/assert";
import { restoreTable } from "@croupier/shared/core/table/restore";
import { step } from "@croupier/shared/core/table/step";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Clock } from "../platform/clock.ts";
import type { TableHistory, TableStore } from "./store.ts";

export interface LockedTable {
  readonly config: TableConfig;
  readonly store: TableStore;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Draws and settles the locked round that `history` ends with, under the wheel and zero rule that it
 * was opened with. What it throws is a mistake of the program: the round stays locked.
 */
export async function settleLocked(
  { config, store, clock }: LockedTable,
  history: TableHistory,
): Promise<void> {
  const { unfinished } = history;
  assert(unfinished?.status === "locked", "only a locked round has one outcome");
  const { wheel, zeroRule, round } = unfinished;
  const { tableId } = config;
  const now = clock.now();
  const state = restoreTable({ ...config, wheel, zeroRule }, history, now);
  const [lock] = step(state, { type: "tick", now }).effects;
  assert(lock?.type === "lock", "a locked round is locked again before anything else");
  const { betsDigest } = lock;
  const { seed } = await store.lockRound({ tableId, round, betsDigest, lockedAt: now });
  const [settle] = step(state, { type: "locked", now, seed }).effects.filter(
    ({ type }) => type === "settle",
  );
  assert(settle?.type === "settle", "a round whose seed is known is settled");
  const { pocket, bets, payouts } = settle;
  await store.settleRound({ tableId, round, seed, pocket, bets, payouts, settledAt: now });
}
