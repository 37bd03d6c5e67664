/** The lobby: every live table with what goes on at it. */
import type { LobbyTableView } from "@croupier/shared/protocol/state";
import { formatChips } from "../store/format.ts";
import type { AppState } from "../store/model.ts";
import { phaseRemainingMs, phaseWords } from "../store/selectors.ts";
import type { Part } from "./dom.ts";
import { element, rebuild, setShown, setText } from "./dom.ts";
import type { House } from "./house.ts";
import { createLeaderboard } from "./leaders.ts";
import { pocketBadge } from "./pocketBadge.ts";
import { createWinFeed, createWinLine } from "./wins.ts";

const LAST_SHOWN = 8;

const WHEEL_WORDS: Readonly<Record<string, string>> = {
  european: "European · one zero",
  american: "American · two zeros",
  "triple-zero": "Three zeros",
};

interface Card {
  readonly root: HTMLElement;
  readonly render: (table: LobbyTableView) => void;
  readonly tick: (now: number) => void;
}

export interface Lobby extends Part<AppState> {
  /** Where the keyboard goes on from when somebody comes in. */
  readonly heading: HTMLElement;
  readonly tick: (now: number) => void;
}

export function createLobby(house: House): Lobby {
  const list = element("div", { class: "tables" });
  const empty = element("p", { class: "reaching", text: "Opening the tables…" });
  const feed = createWinFeed();
  const leaders = createLeaderboard(house);
  const winLine = createWinLine();
  const heading = element("h1", { text: "Choose your table", attributes: { tabindex: "-1" } });
  const root = element(
    "section",
    { class: "screen lobby" },
    element(
      "div",
      { class: "floor" },
      heading,
      element("p", { class: "lead", text: "They never stop. Sit down whenever you like." }),
      winLine.root,
      list,
      empty,
    ),
    element("aside", { class: "lobby-side" }, feed.root, leaders.root),
  );
  let cards = new Map<string, Card>();
  return {
    root,
    heading,
    render: (state) => {
      const { lobby } = state;
      feed.render(state);
      leaders.render(state);
      winLine.render(state);
      setShown(empty, lobby.length === 0);
      rebuild(list, lobby.map(({ tableId }) => tableId).join("|"), () => {
        cards = new Map(lobby.map((table) => [table.tableId, createCard(house, table)]));
        return [...cards.values()].map((card) => card.root);
      });
      for (const table of lobby) cards.get(table.tableId)?.render(table);
    },
    tick: (now) => {
      for (const card of cards.values()) card.tick(now);
      feed.tick(now);
      winLine.tick(now);
    },
  };
}

function createCard(house: House, { tableId, name, wheel }: LobbyTableView): Card {
  const phase = element("p", { class: "card-phase" });
  const players = element("span", { class: "card-players" });
  const least = element("span");
  const last = element("div", { class: "last", attributes: { "aria-label": "Last numbers" } });
  const sit = element("button", {
    id: `sit-${tableId}`,
    class: "primary",
    text: "Sit down",
    attributes: { "aria-label": `Sit down at ${name}` },
    onClick: () => house.sit(tableId),
  });
  const root = element(
    "article",
    { class: `card table-card ${wheel}` },
    element("div", { class: "card-head" }, element("h2", { text: name }), players),
    phase,
    last,
    element(
      "div",
      { class: "facts" },
      element("span", { text: WHEEL_WORDS[wheel] ?? wheel }),
      least,
    ),
    sit,
  );
  let shown: LobbyTableView | null = null;
  const tick = (now: number): void => {
    if (shown === null) return;
    const seconds = Math.ceil(phaseRemainingMs(shown, now) / 1000);
    const counting = shown.phase === "betting" && seconds > 0;
    setText(phase, `${phaseWords(shown.phase)}${counting ? ` · ${seconds}` : ""}`);
  };
  return {
    root,
    tick,
    render: (table) => {
      shown = table;
      phase.dataset["phase"] = table.phase;
      const full = table.players >= table.maxPlayers && table.maxPlayers > 0;
      setText(players, table.players === 1 ? "1 player" : `${table.players} players`);
      setText(least, `from ${formatChips(table.minStake)} a bet`);
      sit.disabled = full;
      setText(sit, full ? "Full" : "Sit down");
      const pockets = table.lastPockets.slice(0, LAST_SHOWN);
      rebuild(last, pockets.join(" "), () =>
        pockets.length === 0
          ? [element("span", { class: "small", text: "No numbers yet" })]
          : pockets.map((pocket) => pocketBadge(pocket)),
      );
      tick(house.now());
    },
  };
}
