/** The croupier's voice for those who listen: phases and results, once each. */

import { colourOf } from "@croupier/shared/core/wheel";
import { formatChips } from "../store/format.ts";
import type { AppState } from "../store/model.ts";
import { phaseWords, shownPocket } from "../store/selectors.ts";
import type { Part } from "./dom.ts";
import { element, setText } from "./dom.ts";

/** What would be said now; empty where there is nothing to say. */
export function announcement(state: AppState): string {
  const { table, settlement } = state;
  if (table === null) return "";
  const pocket = shownPocket(table);
  if (pocket === null) return `Round ${table.round}. ${phaseWords(table.phase)}.`;
  const result = `${pocket} ${colourOf(pocket)}.`;
  if (settlement?.kind !== "settled") return result;
  if (settlement.returned === 0) return `${result} You lost ${formatChips(settlement.stake)}.`;
  return `${result} You won ${formatChips(settlement.returned)}.`;
}

export function createLiveRegion(): Part<AppState> {
  const root = element("p", { class: "unseen", attributes: { "aria-live": "polite" } });
  return { root, render: (state) => setText(root, announcement(state)) };
}
