import { describe, expect, it } from "vitest";
import { createStore } from "../store/store.ts";
import type { HistoryWindow } from "./wayBack.ts";
import { keepWayBack } from "./wayBack.ts";

/** A browser's history of one tab, in which going back is told at once. */
function aWindow(...states: unknown[]) {
  const entries: unknown[] = states.length > 0 ? states : [null];
  let tell: (event: { readonly state: unknown }) => void = () => undefined;
  const window: HistoryWindow = {
    history: {
      get state() {
        return entries.at(-1);
      },
      pushState: (state: unknown) => void entries.push(state),
      replaceState: (state: unknown) => void entries.splice(-1, 1, state),
      back: () => {
        entries.pop();
        tell({ state: entries.at(-1) });
      },
    },
    addEventListener: (_type, listener) => {
      tell = listener;
    },
  };
  return { window, entries };
}

function aPlayer(...states: unknown[]) {
  const { window, entries } = aWindow(...states);
  const store = createStore();
  const sit = (tableId: string) => store.dispatch({ type: "table-chosen", tableId });
  const leaveTable = () => store.dispatch({ type: "table-left" });
  const resume = keepWayBack({ store, window, sit, leaveTable });
  const signIn = () => {
    const me = { playerId: "me", name: "Ada", guest: true };
    store.dispatch({ type: "signed-in", me, balance: 1 });
  };
  const tableId = () => store.state().tableId;
  return { store, sit, leaveTable, resume, signIn, entries, tableId, back: window.history.back };
}

const MONTE = { tableId: "monte" };

describe("the browser's way back", () => {
  it("leads from the table to the lobby", () => {
    const ada = aPlayer();
    ada.signIn();
    ada.sit("monte");
    expect(ada.entries).toEqual([null, MONTE]);
    ada.back();
    expect(ada.tableId()).toBeNull();
    expect(ada.entries).toEqual([null]);
  });

  it("is taken by the page's own button too: nothing is left to go forward from", () => {
    const ada = aPlayer();
    ada.signIn();
    ada.sit("monte");
    ada.leaveTable();
    expect(ada.entries).toEqual([null]);
    ada.sit("riviera");
    expect(ada.entries).toEqual([null, { tableId: "riviera" }]);
  });

  it("takes a page that is loaded again to its table, as one entry", () => {
    const ada = aPlayer(null, MONTE);
    ada.signIn();
    ada.resume();
    expect(ada.tableId()).toBe("monte");
    expect(ada.entries).toEqual([null, MONTE]);
  });

  it("leads nobody to the table of somebody else", () => {
    const stranger = aPlayer(null, MONTE);
    stranger.resume();
    stranger.signIn();
    expect(stranger.tableId()).toBeNull();
    expect(stranger.entries).toEqual([null, null]);

    const ada = aPlayer();
    ada.signIn();
    ada.sit("monte");
    ada.store.dispatch({ type: "signed-out" });
    expect(ada.entries).toEqual([null, null]);
  });

  it("does not care for what others have noted", () => {
    const ada = aPlayer("x", { tableId: 3 });
    ada.signIn();
    ada.resume();
    expect(ada.tableId()).toBeNull();
  });
});
