/** A round as a simulated house's database holds it, and what is read from it. */
import type { Chips } from "@croupier/shared/core/chips";
import { asChips, NO_CHIPS } from "@croupier/shared/core/chips";
import type { Bet } from "@croupier/shared/core/types";
import type { TableHistory, UnfinishedRound } from "../src/tables/store.ts";
import { MOST_VOID_ROUNDS } from "../src/tables/store.ts";

const MOST_POCKETS = 20;

export interface BankRound extends Omit<UnfinishedRound, "status" | "betsDigest" | "operations"> {
  status: "open" | "locked" | "settled" | "void";
  betsDigest: string | null;
  pocket: string;
  /** Of a void round. */
  reason: string;
  readonly operations: UnfinishedRound["operations"][number][];
  /** Of those with a stake, right after the end. */
  balances: ReadonlyMap<string, Chips>;
  stakes: ReadonlyMap<string, Chips>;
}

/** Whether nothing of the round will change any more. */
export function isFinished({ status }: BankRound): boolean {
  return status === "settled" || status === "void";
}

/** Of the last settled rounds, newest first. */
export function lastPocketsOf(rounds: readonly BankRound[]): string[] {
  const pockets: string[] = [];
  for (let place = rounds.length - 1; place >= 0 && pockets.length < MOST_POCKETS; place -= 1) {
    const round = rounds[place];
    if (round?.status === "settled") pockets.push(round.pocket);
  }
  return pockets;
}

/** The round as a holder that comes upon it is told. */
export function asUnfinished(round: BankRound): UnfinishedRound {
  const { pocket: _, reason: __, balances: ___, stakes: ____, status, operations, ...rest } = round;
  const running = status === "locked" ? "locked" : "open";
  return { ...rest, status: running, operations: [...operations] };
}

/** The last void rounds at the end, oldest first, with what everyone has now who did something there. */
export function voidsOf(
  rounds: readonly BankRound[],
  balanceOf: (playerId: string) => Chips,
): TableHistory["voids"] {
  const settled = rounds.findLastIndex(({ status }) => status === "settled");
  const voids = rounds
    .slice(settled + 1)
    .filter(isFinished)
    .slice(-MOST_VOID_ROUNDS);
  return voids.map(({ round, reason, operations, stakes }) => {
    const playerIds = new Set(operations.map(({ playerId }) => playerId));
    const players = Array.from(playerIds, (playerId) => {
      const stake = stakes.get(playerId) ?? NO_CHIPS;
      return { playerId, stake, balance: balanceOf(playerId) };
    });
    return { round, reason, players };
  });
}

/** All chips on the felt, from the operations. */
export function betsOf(round: BankRound): Bet[] {
  return Array.from(layoutsOf(round)).flatMap(([playerId, layout]) =>
    Array.from(layout, ([spot, amount]) => ({ playerId, spot, amount })),
  );
}

/** Each player's chips by spot, from the operations. */
export function layoutsOf({ operations }: BankRound): Map<string, Map<string, Chips>> {
  const layouts = new Map<string, Map<string, Chips>>();
  for (const { playerId, changes } of operations) {
    const layout = layouts.get(playerId) ?? new Map<string, Chips>();
    layouts.set(playerId, layout);
    for (const [spot, chips] of changes) {
      const after = (layout.get(spot) ?? 0) + chips;
      if (after === 0) layout.delete(spot);
      else layout.set(spot, asChips(after));
    }
  }
  return layouts;
}
