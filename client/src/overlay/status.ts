/** What goes on at the table: phase, countdown, result and winnings, last numbers, who plays. */
import type { TableView } from "@croupier/shared/protocol/state";
import { cssColour, seatColour } from "../scene/palette.ts";
import { USUAL_TIMINGS } from "../scene/sceneModel.ts";
import { formatChips, formatNet } from "../store/format.ts";
import type { AppState } from "../store/model.ts";
import { phaseRemainingMs, phaseWords, shownPocket } from "../store/selectors.ts";
import type { Part } from "./dom.ts";
import { element, rebuild, setShown, setText } from "./dom.ts";
import { pocketBadge } from "./pocketBadge.ts";

export interface Status extends Part<AppState> {
  readonly tick: (now: number) => void;
}

export function createStatus(): Status {
  const seconds = element("span", { id: "countdown" });
  const ring = element("div", { class: "ring", attributes: { role: "timer" } }, seconds);
  const phase = element("p", { id: "phase" });
  const outcome = element("p", { id: "outcome" });
  const badge = element("div", { class: "badge" });
  const words = element("div", { class: "status-words" }, phase, outcome);
  const head = element("div", { class: "status-head" }, ring, badge, words);
  const history = element("ol", { id: "history", attributes: { "aria-label": "Last numbers" } });
  const crowd = element("p", { id: "players" });
  const seats = element("ul", { class: "seats", attributes: { "aria-label": "At the table" } });
  const root = element("section", { class: "panel status" }, head, history, crowd, seats);
  let current: AppState | null = null;
  const tick = (now: number): void => {
    const table = current?.table;
    if (current === null || !table) return;
    const left = phaseRemainingMs(table, now);
    setText(seconds, table.phase === "betting" ? String(Math.ceil(left / 1000)) : "");
    ring.style.setProperty("--share", shareOf(current, table, left).toFixed(3));
  };
  return {
    root,
    tick,
    render: (state) => {
      current = state;
      const { table } = state;
      root.dataset["phase"] = table?.phase ?? "";
      setText(phase, table === null ? "Setting up the table…" : phaseWords(table.phase));
      const pocket = shownPocket(table);
      setShown(ring, pocket === null);
      setShown(badge, pocket !== null);
      rebuild(badge, pocket ?? "", () => (pocket === null ? [] : [pocketBadge(pocket, "large")]));
      renderOutcome(outcome, state);
      renderHistory(history, table);
      renderCrowd(crowd, table);
      renderSeats(seats, state);
    },
  };
}

/** How much of the phase is left, 1 to 0. */
function shareOf({ timings }: AppState, { phase }: TableView, left: number): number {
  const { bettingMs, closingMs, spinningMs, resultMs } = timings ?? USUAL_TIMINGS;
  const whole = {
    betting: bettingMs,
    closing: closingMs,
    spinning: spinningMs,
    result: resultMs,
    paused: Number.POSITIVE_INFINITY,
  }[phase];
  return Math.min(1, left / whole);
}

function renderOutcome(outcome: HTMLElement, { settlement, table }: AppState): void {
  const shown = table?.phase === "result" ? settlement : null;
  outcome.dataset["tone"] = "";
  if (table?.phase === "paused") return setText(outcome, pauseWords(table.totalStake));
  if (shown === null) return setText(outcome, "");
  if (shown.kind === "voided") {
    return setText(outcome, `Round void: your ${formatChips(shown.stake)} are back`);
  }
  outcome.dataset["tone"] = shown.net > 0 ? "won" : "";
  const net = formatNet(shown.net);
  if (shown.returned === 0) return setText(outcome, `No win this time (${net})`);
  const words = shown.net > 0 ? "You won" : "You got back";
  setText(outcome, `${words} ${formatChips(shown.returned)} (${net})`);
}

/** What becomes of a paused table: nobody has to do anything. */
function pauseWords(totalStake: number): string {
  const chips = totalStake > 0 ? "Bets stand. " : "";
  return `${chips}Play goes on by itself.`;
}

function renderHistory(history: HTMLElement, table: TableView | null): void {
  const pockets = table?.lastPockets ?? [];
  rebuild(history, pockets.join(" "), () =>
    pockets.map((pocket) => element("li", {}, pocketBadge(pocket))),
  );
}

function renderCrowd(crowd: HTMLElement, table: TableView | null): void {
  if (table === null) return setText(crowd, "");
  const players = table.players === 1 ? "1 player" : `${formatChips(table.players)} players`;
  setText(crowd, `${players} · ${formatChips(table.totalStake)} on the felt`);
}

function renderSeats(list: HTMLElement, { table, me }: AppState): void {
  const seats = [...(table?.seats ?? [])];
  const key = seats.map(([id, { name, stake, colour }]) => `${id} ${name} ${stake} ${colour}`);
  rebuild(list, key.join("|"), () =>
    seats.map(([playerId, { name, stake, colour }]) => {
      const dot = element("span", { class: "dot" });
      dot.style.background = cssColour(seatColour(colour));
      const own = playerId === me?.playerId;
      return element(
        "li",
        { class: own ? "seat own" : "seat" },
        dot,
        element("span", { class: "seat-name", text: own ? `${name} (you)` : name }),
        element("span", { class: "seat-stake", text: stake > 0 ? formatChips(stake) : "–" }),
      );
    }),
  );
}
