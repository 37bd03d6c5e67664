/**
 * The browser's own way back. Sitting down is a step forward in its history, so that the back button
 * or gesture leads to the lobby and not out of the house; a page that is loaded again takes its
 * player back to the table where they sat.
 */
import type { Store } from "../store/store.ts";

/** What is needed of the browser's window. */
export interface HistoryWindow {
  readonly history: Pick<History, "state" | "pushState" | "replaceState" | "back">;
  addEventListener(type: "popstate", listener: (event: { readonly state: unknown }) => void): void;
}

export interface WayBackPort {
  readonly store: Store;
  readonly window: HistoryWindow;
  readonly sit: (tableId: string) => void;
  readonly leaveTable: () => void;
}

/**
 * Keeps history and table together from now on.
 *
 * @returns to be called once it is known who the player is: takes them to the table that a page which
 * was loaded again has noted
 */
export function keepWayBack({ store, window, sit, leaveTable }: WayBackPort): () => void {
  const { history } = window;
  let shown = store.state().tableId;

  const go = (tableId: string | null): void => {
    const { me, tableId: current } = store.state();
    if (me === null || tableId === current) return;
    if (tableId === null) leaveTable();
    else sit(tableId);
  };

  window.addEventListener("popstate", ({ state }) => go(tableIn(state)));
  store.subscribe(() => {
    const { me, tableId } = store.state();
    if (tableId === shown) return;
    shown = tableId;
    if (tableId === tableIn(history.state)) return;
    if (tableId !== null) history.pushState({ tableId }, "");
    // Nobody else is taken to the table of a player who has signed out.
    else if (me === null) history.replaceState(null, "");
    else history.back();
  });
  return () => {
    if (store.state().me === null) history.replaceState(null, "");
    else go(tableIn(history.state));
  };
}

function tableIn(state: unknown): string | null {
  if (typeof state !== "object" || state === null) return null;
  const { tableId } = state as { readonly tableId?: unknown };
  return typeof tableId === "string" ? tableId : null;
}
