/** What the screen shows, derived from the model. Pure. */
import { layoutOf } from "@croupier/shared/core/spots";
import type { WheelName } from "@croupier/shared/core/types";
import { WHEELS } from "@croupier/shared/core/types";
import type { BigWin, Phase, TableView } from "@croupier/shared/protocol/state";
import { totalOf, withPlacements } from "./chipset.ts";
import type { AppState, Chipset } from "./model.ts";
import { NO_CHIPSET } from "./model.ts";

export type Screen = "welcome" | "lobby" | "table";

/** Which of the three screens the player is on. */
export function screenOf(state: AppState): Screen {
  if (state.me === null) return "welcome";
  return state.tableId === null ? "lobby" : "table";
}

/** The table's wheel; a wheel this client does not know is shown as the European one. */
export function wheelOf(name: string): WheelName {
  return WHEELS.find((wheel) => wheel === name) ?? "european";
}

/** The player's confirmed chips. */
export function ownChips(state: AppState): Chipset {
  return state.seat?.chips ?? NO_CHIPSET;
}

/** The player's confirmed stake in the running round. */
export function ownStake(state: AppState): number {
  return totalOf(ownChips(state));
}

export interface Ghosts {
  /** Chips asked for and not acknowledged. */
  readonly chips: Chipset;
  /** True while an `undo` or `clear` waits: what lies there may be gone in a moment. */
  readonly leaving: boolean;
}

/** What the pending operations would change, if the server takes them. */
export function ghostsOf(state: AppState): Ghosts {
  let chips = NO_CHIPSET;
  let leaving = false;
  for (const operation of state.pending) {
    if (operation.kind === "bet") chips = withPlacements(chips, operation.chips);
    else if (operation.kind === "double") {
      chips = withPlacements(chips, [...withPlacements(ownChips(state), [...chips])]);
    } else if (operation.kind === "repeat") {
      chips = withPlacements(chips, [...(state.seat?.lastChips ?? NO_CHIPSET)]);
    } else {
      leaving = true;
      if (operation.kind === "clear") chips = NO_CHIPSET;
    }
  }
  return { chips, leaving };
}

/** Chips on the felt that belong to others: the public totals less one's own. */
export function othersChips(state: AppState): Chipset {
  const own = ownChips(state);
  const others = new Map<string, number>();
  for (const [spot, { chips }] of state.table?.spots ?? []) {
    const rest = chips - (own.get(spot) ?? 0);
    if (rest > 0) others.set(spot, rest);
  }
  return others;
}

/** The colours of the front seats with chips on each spot, oneself left out. */
export function seatColours(state: AppState): ReadonlyMap<string, readonly number[]> {
  const colours = new Map<string, number[]>();
  for (const [playerId, seat] of state.table?.seats ?? []) {
    if (playerId === state.me?.playerId) continue;
    for (const spot of seat.chips.keys()) {
      colours.set(spot, [...(colours.get(spot) ?? []), seat.colour]);
    }
  }
  return colours;
}

/** The pocket that may be shown: none before the ball rests. */
export function shownPocket(table: TableView | null): string | null {
  return table?.phase === "result" && table.pocket !== "" ? table.pocket : null;
}

/** The spots that the shown pocket makes win. */
export function winningSpots(table: TableView | null): ReadonlySet<string> {
  const pocket = shownPocket(table);
  if (table === null || pocket === null) return new Set();
  const { spots } = layoutOf(wheelOf(table.wheel));
  return new Set(spots.filter(({ covers }) => covers.includes(pocket)).map(({ id }) => id));
}

/** The wins that may be told: none before its ball rests, as far as that can be seen from here. */
export function toldWins({ wins, tableId, table, lobby }: AppState): readonly BigWin[] {
  const seen = tableId === null ? lobby : table === null ? [] : [table];
  const rolling = seen.filter(({ phase }) => phase === "closing" || phase === "spinning");
  return wins.filter(
    (win) => !rolling.some((at) => at.tableId === win.tableId && at.round === win.round),
  );
}

/** A table's name; its id where the lobby has not told it. */
export function tableName({ lobby }: AppState, tableId: string): string {
  return lobby.find((table) => table.tableId === tableId)?.name ?? tableId;
}

const PHASE_WORDS: Record<Phase, string> = {
  betting: "Place your bets",
  closing: "No more bets",
  spinning: "The ball is rolling",
  result: "Result",
  paused: "Table paused",
};

/** The phase in the croupier's words. */
export function phaseWords(phase: Phase): string {
  return PHASE_WORDS[phase];
}

/** Milliseconds until the phase ends by the server's clock; never below zero. */
export function phaseRemainingMs(table: Pick<TableView, "phaseEndsAt">, now: number): number {
  return Math.max(0, table.phaseEndsAt - now);
}

export interface Offers {
  readonly bet: boolean;
  readonly undo: boolean;
  readonly clear: boolean;
  readonly double: boolean;
  readonly repeat: boolean;
}

/** Which operations make sense now. */
export function offersOf(state: AppState): Offers {
  const bet = state.seat !== null && state.table?.phase === "betting";
  const some = bet && (ownStake(state) > 0 || state.pending.length > 0);
  const repeat = bet && (state.seat?.lastChips.size ?? 0) > 0;
  return { bet, undo: some, clear: some, double: some, repeat };
}
