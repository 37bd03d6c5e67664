/** The whole page: its parts, which of them are shown, and where the scene has its room. */
import type { Site } from "../scene/scene.ts";
import type { AppState } from "../store/model.ts";
import type { Screen } from "../store/selectors.ts";
import { screenOf } from "../store/selectors.ts";
import { createAccountDialog } from "./account.ts";
import { element, setShown } from "./dom.ts";
import { createFairnessDialog } from "./fairness.ts";
import type { House } from "./house.ts";
import { createLiveRegion } from "./live.ts";
import { createLobby } from "./lobby.ts";
import { createNotices } from "./notices.ts";
import { createTableScreen } from "./tableScreen.ts";
import { createTopBar } from "./topBar.ts";
import { createWelcome } from "./welcome.ts";

export interface Page {
  readonly root: HTMLElement;
  readonly render: (state: AppState) => void;
  /** Moves what follows the clock. */
  readonly tick: () => void;
  /** Where wheel and felt have their room now. */
  readonly site: () => Site;
  /** Calls back whenever that may have changed. */
  readonly onResize: (listener: () => void) => void;
}

export interface PageParts {
  readonly felt: HTMLElement;
  readonly spotLabel: { readonly root: HTMLElement; readonly render: (state: AppState) => void };
}

/** Pages at least this wide for their height lay the felt along their width. */
const WIDE = 1;

export function createPage(house: House, { felt, spotLabel }: PageParts): Page {
  const account = createAccountDialog(house);
  const fairness = createFairnessDialog(house);
  const topBar = createTopBar({
    leaveTable: house.leaveTable,
    openFairness: fairness.open,
    openAccount: account.open,
  });
  const welcome = createWelcome(house, account.open);
  const lobby = createLobby(house);
  const table = createTableScreen(house, felt);
  const notices = createNotices(house.store);
  const live = createLiveRegion();
  const parts = [account, fairness, topBar, welcome, lobby, table, notices, live];
  const root = element("main", {});
  root.append(
    topBar.root,
    welcome.root,
    lobby.root,
    table.root,
    spotLabel.root,
    notices.root,
    live.root,
    account.root,
    fairness.root,
  );
  const places: Readonly<Partial<Record<Screen, HTMLElement>>> = {
    lobby: lobby.heading,
    table: felt,
  };
  return {
    root,
    render: (state) => {
      const screen = screenOf(state);
      const moves = document.body.dataset["screen"] !== screen;
      // Asked before the element that has the focus is hidden, and loses it to nothing.
      const carriesFocus = moves && root.contains(document.activeElement);
      document.body.dataset["screen"] = screen;
      setShown(welcome.root, screen === "welcome");
      setShown(lobby.root, screen === "lobby");
      setShown(table.root, screen === "table");
      for (const part of parts) part.render(state);
      spotLabel.render(state);
      document.title = titleOf(state);
      if (carriesFocus) places[screen]?.focus({ preventScroll: true });
    },
    tick: () => {
      const now = house.now();
      table.tick(now);
      lobby.tick(now);
    },
    site: () => ({
      width: innerWidth,
      height: innerHeight,
      wheel: table.wheel.getBoundingClientRect(),
      felt: felt.getBoundingClientRect(),
      orientation: innerWidth / innerHeight >= WIDE ? "wide" : "tall",
    }),
    onResize: (listener) => {
      const observer = new ResizeObserver(listener);
      for (const place of [table.wheel, felt, document.documentElement]) observer.observe(place);
    },
  };
}

function titleOf({ table }: AppState): string {
  return table === null ? "Croupier" : `${table.name} · Croupier`;
}
