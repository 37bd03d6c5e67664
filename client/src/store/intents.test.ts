import { describe, expect, it, vi } from "vitest";
import { createIntents } from "./intents.ts";
import { createStore } from "./store.ts";
import { seatedState } from "./testing.ts";

function atTable(change: Parameters<typeof seatedState>[0] = {}) {
  const store = createStore(seatedState(change));
  const send = vi.fn();
  let made = 0;
  const intents = createIntents(store, () => `op${++made}`, send);
  return { store, send, intents };
}

describe("intents", () => {
  it("make an operation with an id of its own for the running round", () => {
    const { store, send, intents } = atTable();
    store.dispatch({ type: "chip-selected", chip: 100 });
    intents.placeChip("red");
    intents.undo();
    expect(store.state().pending).toEqual([
      { op: "op1", kind: "bet", round: 7, chips: [["red", 100]] },
      { op: "op2", kind: "undo", round: 7, chips: [] },
    ]);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it.each(["closing", "spinning", "result", "paused"] as const)(
    "are turned down with a word while the table is %s",
    (phase) => {
      const { store, send, intents } = atTable({ phase });
      intents.placeChip("red");
      expect(store.state().pending).toEqual([]);
      expect(send).not.toHaveBeenCalled();
      expect(store.state().notices).toHaveLength(1);
    },
  );

  it("do not pile up without bound", () => {
    const { store, intents } = atTable();
    for (let count = 0; count < 100; count++) intents.placeChip("red");
    expect(store.state().pending).toHaveLength(24);
    expect(store.state().notices.at(-1)?.text).toContain("too fast");
  });

  it("do nothing without a seat", () => {
    const { store, send, intents } = atTable();
    store.dispatch({ type: "table-left" });
    intents.clear();
    expect(send).not.toHaveBeenCalled();
  });
});

describe("the store", () => {
  it("tells its listeners until they have enough", () => {
    const store = createStore();
    const listener = vi.fn();
    const end = store.subscribe(listener);
    store.dispatch({ type: "chip-selected", chip: 25 });
    store.dispatch({ type: "spot-hovered", spot: null });
    end();
    store.dispatch({ type: "chip-selected", chip: 1 });
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
