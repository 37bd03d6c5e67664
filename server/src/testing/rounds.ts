/** Rounds for tests of stores: short words for what is done again and again. */
import { randomBytes } from "node:crypto";
import type { Chips } from "@croupier/shared/core/chips";
import { addChips, asChips, NO_CHIPS } from "@croupier/shared/core/chips";
import { betsDigestOf, entropyOf, outcomeOf } from "@croupier/shared/core/fairness";
import { returnOf, settleBets } from "@croupier/shared/core/payouts";
import { layoutOf } from "@croupier/shared/core/spots";
import type { Posting } from "@croupier/shared/core/table/effects";
import { contentOf } from "@croupier/shared/core/table/evaluate";
import type { Bet, SpotKind, TableConfig } from "@croupier/shared/core/types";
import { SPOT_KINDS } from "@croupier/shared/core/types";
import type { Clock } from "../platform/clock.ts";
import type { SettlingRound, TableStore } from "../tables/store.ts";

/** What a round needs. */
export interface TableRig {
  readonly store: TableStore;
  readonly clock: Pick<Clock, "now">;
}

const MOST = asChips(1_000_000);

/** A European table with generous limits. */
export function tableConfig(tableId: string): TableConfig {
  const max = Object.fromEntries(SPOT_KINDS.map((kind) => [kind, MOST])) as Record<SpotKind, Chips>;
  return {
    tableId,
    name: "The first table",
    wheel: "european",
    zeroRule: "la-partage",
    bettingMs: 1_000,
    closingMs: 100,
    spinningMs: 100,
    resultMs: 100,
    maxPlayers: 1_000,
    limits: { min: asChips(1), max, playerMax: MOST, houseMax: asChips(50_000_000) },
  };
}

/** Opens a round without client seeds; answers its commitment. */
export async function openRound(
  { store, clock }: TableRig,
  tableId: string,
  round: number,
): Promise<string> {
  const { commitment } = await store.openRound({
    tableId,
    round,
    wheel: "european",
    zeroRule: "la-partage",
    entropy: entropyOf([]),
    clientSeeds: [],
    openedAt: clock.now(),
  });
  return commitment;
}

/** A posting of a bet on one spot, as the step would make it for a player with no chips yet. */
export function bet(playerId: string, parts: Partial<Posting> & { round: number }): Posting {
  const stakeChange = parts.stakeChange ?? 10;
  const op = parts.op ?? `op-${randomBytes(8).toString("hex")}`;
  const changes = parts.changes ?? [["red", stakeChange] as const];
  const kind = parts.kind ?? "bet";
  const chips = kind === "bet" ? changes : [];
  const base = { playerId, op, kind, content: contentOf({ kind, chips }) };
  return { ...base, changes, stakeChange, stakeAfter: asChips(Math.max(0, stakeChange)), ...parts };
}

/** Locks the round and answers how it must be settled, by the rules. */
export async function lockAndDraw(
  { store, clock }: TableRig,
  tableId: string,
  { round, bets }: { readonly round: number; readonly bets: readonly Bet[] },
): Promise<SettlingRound> {
  const betsDigest = betsDigestOf(bets);
  const lockedAt = clock.now();
  const { seed } = await store.lockRound({ tableId, round, betsDigest, lockedAt });
  const game = { wheel: "european", zeroRule: "la-partage" } as const;
  const pocket = outcomeOf({ tableId, round, wheel: game.wheel, entropy: entropyOf([]), seed });
  const layout = layoutOf(game.wheel);
  return {
    tableId,
    round,
    seed,
    pocket,
    bets: bets.map((placed) => {
      const spot = layout.find(placed.spot);
      if (spot === undefined) throw new Error(`no spot ${placed.spot}`);
      const returned = returnOf(spot, placed.amount, { pocket, zeroRule: game.zeroRule });
      return { ...placed, returned };
    }),
    payouts: settleBets(bets, { ...game, pocket }),
    settledAt: clock.now(),
  };
}

/** Plays a whole round: each bet is posted, then the round is locked and settled. */
export async function playRound(
  rig: TableRig,
  tableId: string,
  { round, bets }: { readonly round: number; readonly bets: readonly Bet[] },
): Promise<SettlingRound> {
  await openRound(rig, tableId, round);
  const stakes = new Map<string, Chips>();
  const posted = bets.map(({ playerId, spot, amount }) => {
    const stakeAfter = addChips(stakes.get(playerId) ?? NO_CHIPS, amount);
    stakes.set(playerId, stakeAfter);
    const parts = { round, stakeChange: amount, stakeAfter, changes: [[spot, amount]] } as const;
    return rig.store.post(tableId, bet(playerId, parts));
  });
  for (const { status } of await Promise.all(posted)) {
    if (status !== "posted") throw new Error(`a bet was ${status}`);
  }
  const settling = await lockAndDraw(rig, tableId, { round, bets });
  await rig.store.settleRound(settling);
  return settling;
}
