/** The big wins of the house: a list in the lobby, and one line at the table. */
import type { BigWin } from "@croupier/shared/protocol/state";
import { formatAgo, formatNet } from "../store/format.ts";
import type { AppState } from "../store/model.ts";
import { tableName, toldWins } from "../store/selectors.ts";
import type { Part } from "./dom.ts";
import { element, setShown, setText } from "./dom.ts";
import { pocketBadge } from "./pocketBadge.ts";

/** How long a win is news. */
const NEWS_MS = 10 * 60_000;

export interface Wins extends Part<AppState> {
  readonly tick: (now: number) => void;
}

interface Row {
  readonly root: HTMLElement;
  readonly at: number;
  readonly ago: HTMLElement;
}

/** The list; what is new comes in at its top, and the others make room. */
export function createWinFeed(): Wins {
  const list = element("ol", { class: "wins" });
  const empty = element(
    "div",
    { class: "wins-none" },
    element("span", { class: "sign", text: "★", attributes: { "aria-hidden": "true" } }),
    element("p", { text: "Nobody has won big yet." }),
    element("p", { class: "small", text: "The big wins of all tables show up here." }),
  );
  const root = element(
    "section",
    { id: "wins", class: "card feed", attributes: { "aria-labelledby": "wins-heading" } },
    element("h2", { id: "wins-heading", text: "Big wins" }),
    empty,
    list,
  );
  let rows = new Map<string, Row>();
  return {
    root,
    render: (state) => {
      const wins = keyed(toldWins(state));
      setShown(empty, wins.length === 0);
      setShown(list, wins.length > 0);
      const first = rows.size === 0;
      const next = new Map(wins.map(({ key, win }) => [key, rows.get(key) ?? newRow(state, win)]));
      for (const [key, row] of rows) if (!next.has(key)) row.root.remove();
      // From the last to the first: whatever stays keeps its place, and what is new goes before it.
      let below: HTMLElement | null = null;
      for (const [key, { root: item }] of [...next].reverse()) {
        if (!rows.has(key)) {
          item.classList.toggle("fresh", !first);
          list.insertBefore(item, below);
        }
        below = item;
      }
      rows = next;
    },
    tick: (now) => {
      for (const { ago, at } of rows.values()) setText(ago, formatAgo(now - at));
    },
  };
}

/** Each win with what tells it from the others; of two that are alike in everything, one is enough. */
function keyed(wins: readonly BigWin[]): readonly { key: string; win: BigWin }[] {
  const known = new Map<string, BigWin>();
  for (const win of wins) {
    known.set(JSON.stringify([win.tableId, win.round, win.name, win.net]), win);
  }
  return [...known].map(([key, win]) => ({ key, win }));
}

function newRow(state: AppState, { name, tableId, pocket, net, at }: BigWin): Row {
  const ago = element("span", { class: "win-ago" });
  const root = element(
    "li",
    { class: "win" },
    pocketBadge(pocket),
    element(
      "div",
      { class: "win-words" },
      element("bdi", { class: "win-name", text: name, attributes: { title: name } }),
      element(
        "span",
        { class: "win-where small" },
        element("bdi", { class: "win-table", text: tableName(state, tableId) }),
        ago,
      ),
    ),
    element("span", { class: "win-net", text: formatNet(net) }),
  );
  return { root, at, ago };
}

/** The last big win in one line, for as long as it is news. */
export function createWinLine(): Wins {
  const name = element("bdi", { class: "win-name" });
  const net = element("span", { class: "win-net" });
  const where = element("span", { class: "win-table" });
  const root = element(
    "p",
    { class: "win-line" },
    element("span", { class: "unseen", text: "Big win: " }),
    element("span", { class: "sign", text: "★", attributes: { "aria-hidden": "true" } }),
    name,
    net,
    where,
  );
  let newest: BigWin | undefined;
  return {
    root,
    render: (state) => {
      [newest] = toldWins(state);
      if (newest === undefined) return;
      setText(name, newest.name);
      setText(net, formatNet(newest.net));
      const here = newest.tableId === state.tableId;
      setText(where, here ? "here" : `at ${tableName(state, newest.tableId)}`);
    },
    tick: (now) => {
      root.classList.toggle("told", newest !== undefined && now - newest.at < NEWS_MS);
    },
  };
}
