/**
 * Where a table goes on when a host starts on it: in the round that was running, or, where that
 * round cannot go on, after it was settled (if its bets were locked) or voided. A locked round is void
 * only where its own books contradict each other.
 */
import { InvariantError } from "@croupier/shared/core/assert";
import type { Chips } from "@croupier/shared/core/chips";
import { restoreTable } from "@croupier/shared/core/table/restore";
import type { TableState } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Clock } from "../platform/clock.ts";
import { contradictionIn } from "./contradiction.ts";
import { settleLocked } from "./lockedRound.ts";
import type { TableHistory, TableStore, UnfinishedRound } from "./store.ts";

/** One player's part of a round that was voided. */
export interface VoidedStake {
  readonly playerId: string;
  readonly round: number;
  readonly reason: string;
  readonly stake: Chips;
  /** When the table's past was read. */
  readonly balance: Chips;
}

export interface Recovery {
  readonly state: TableState;
  /**
   * Of the void rounds that the table's past ends with, oldest first: whose stake went back, and who may
   * not know of it.
   */
  readonly voided: readonly VoidedStake[];
}

interface RecoveryOptions {
  readonly config: TableConfig;
  readonly store: TableStore;
  readonly clock: Clock;
  /** Why the running round must not go on, where the caller knows; else the record decides. */
  readonly broken?: string | undefined;
  /** Hears of the round that is taken back here: what is read after that may fail. */
  readonly tookBack?: (round: number) => void;
}

/** Reads a table's past and builds its state; settles or voids a round that cannot go on. */
export async function recoverTable(options: RecoveryOptions): Promise<Recovery> {
  const { config, store, clock } = options;
  const history = openedByNow(await store.prepareTable(config), clock.now());
  const { unfinished } = history;
  if (unfinished === null) {
    return { state: restoreTable(config, history, clock.now()), voided: foundIn(history) };
  }
  const lockedBooks = unfinished.status === "locked" ? contradictionIn(unfinished) : null;
  if (lockedBooks !== null) return takeBack(options, unfinished.round, disagreeing(lockedBooks));
  if (unfinished.status === "locked") return goOnLocked(options, history, unfinished);
  const attempt = options.broken ?? restorable(config, history, clock.now());
  if (typeof attempt !== "string") return { state: attempt, voided: foundIn(history) };
  return takeBack(options, unfinished.round, attempt);
}

/** Clocks of machines that take turns at a table may differ by this much: so far an announced end stands. */
const CLOCKS_DIFFER_MS = 60_000;

/** Whoever opened the round may have had a clock that was ahead: betting must not last until that time. */
function openedByNow(history: TableHistory, now: number): TableHistory {
  const { unfinished } = history;
  if (unfinished === null || unfinished.openedAt <= now + CLOCKS_DIFFER_MS) return history;
  return { ...history, unfinished: { ...unfinished, openedAt: now } };
}

/**
 * A locked round whose books agree has one outcome, and is never taken back. Where the program fails
 * to come to it, whatever that throws goes up: the round waits as it is for a program that does not.
 */
async function goOnLocked(
  options: RecoveryOptions,
  history: TableHistory,
  locked: UnfinishedRound,
): Promise<Recovery> {
  const { config, store, clock, broken } = options;
  if (broken === undefined && changeOf(config, locked) === null) {
    return { state: restoreTable(config, history, clock.now()), voided: foundIn(history) };
  }
  await settleLocked(options, history);
  const settled = await store.prepareTable(config);
  return { state: restoreTable(config, settled, clock.now()), voided: foundIn(settled) };
}

async function takeBack(
  { config, store, clock, tookBack }: RecoveryOptions,
  round: number,
  reason: string,
): Promise<Recovery> {
  const { tableId } = config;
  const voiding = { tableId, round, reason, voidedAt: clock.now() };
  const { balances, stakes } = await store.voidRound(voiding);
  tookBack?.(round);
  const returned = Array.from(stakes, ([playerId, stake]): VoidedStake => {
    const balance = balances.get(playerId);
    if (balance === undefined) throw new InvariantError(`no balance for ${playerId}`);
    return { playerId, round, reason, stake, balance };
  });
  const after = await store.prepareTable(config);
  // Whoever took the rounds before it back is gone, and may have told nobody.
  const earlier = foundIn(after).filter((voided) => voided.round < round);
  return { state: restoreTable(config, after, clock.now()), voided: [...earlier, ...returned] };
}

/**
 * The void rounds that a table's past ends with. Whoever took them back may have died before it told
 * anybody; but who has done something in a round after one was at the table then, and was told. A
 * client seed says nothing of that: it goes into a round with the seat that is kept for who is away.
 */
function foundIn({ voids, unfinished }: TableHistory): readonly VoidedStake[] {
  const told = new Set(unfinished?.operations.map(({ playerId }) => playerId));
  const found: VoidedStake[] = [];
  for (const { round, reason, players } of voids.toReversed()) {
    const due = players.filter(({ playerId, stake }) => stake > 0 && !told.has(playerId));
    found.unshift(...due.map((one): VoidedStake => ({ ...one, round, reason })));
    for (const { playerId } of players) told.add(playerId);
  }
  return found;
}

/** The state in which the table goes on in its open round, or why that cannot. */
function restorable(config: TableConfig, history: TableHistory, now: number): TableState | string {
  const change = history.unfinished === null ? null : changeOf(config, history.unfinished);
  if (change !== null) return change;
  try {
    return restoreTable(config, history, now);
  } catch (error) {
    if (error instanceof InvariantError) return disagreeing(error.message);
    throw error;
  }
}

/** What of the game was changed since the round was opened; null where nothing was. */
function changeOf(config: TableConfig, unfinished: UnfinishedRound): string | null {
  if (unfinished.wheel !== config.wheel) {
    return `The table's wheel was changed from ${unfinished.wheel} to ${config.wheel}.`;
  }
  if (unfinished.zeroRule !== config.zeroRule) {
    return `The table's zero rule was changed from ${unfinished.zeroRule} to ${config.zeroRule}.`;
  }
  return null;
}

const disagreeing = (what: string) => `The round's books do not agree: ${what}.`;
