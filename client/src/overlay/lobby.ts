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
      element("p", { class: "lead", text: "They never stop. Sit down any time." }),
      element(
        "nav",
        { class: "jumps", attributes: { "aria-label": "Further down" } },
        jump("Big wins", feed.root),
        jump("Leaderboard", leaders.root),
      ),
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

/** A button that leads to what lies further down the page. */
function jump(label: string, target: HTMLElement): HTMLButtonElement {
  return element("button", { text: label, onClick: () => target.scrollIntoView() });
}

/** `12 players`; told with the seats where these are about to run out. */
export function playersWords({
  players,
  maxPlayers,
}: Pick<LobbyTableView, "players" | "maxPlayers">): string {
  if (players === 0) return "Nobody yet";
  if (maxPlayers > 0 && players * 2 >= maxPlayers) return `${players} of ${maxPlayers} seats taken`;
  return players === 1 ? "1 player" : `${formatChips(players)} players`;
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
    element("h2", { text: name }),
    element("div", { class: "card-state" }, phase, players),
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
    setText(phase, `${phaseWords(shown.phase)}${counting ? ` · ${seconds} s` : ""}`);
  };
  return {
    root,
    tick,
    render: (table) => {
      shown = table;
      phase.dataset["phase"] = table.phase;
      const full = table.players >= table.maxPlayers && table.maxPlayers > 0;
      setText(players, playersWords(table));
      setText(least, `Bets from ${formatChips(table.minStake)}`);
      sit.disabled = full;
      setText(sit, full ? "Table full" : "Sit down");
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
