/** Holds the model and tells who listens that it changed. */
import type { Action } from "./actions.ts";
import type { AppState } from "./model.ts";
import { INITIAL_STATE } from "./model.ts";
import { reduce } from "./reducer.ts";

export interface Store {
  readonly state: () => AppState;
  readonly dispatch: (action: Action) => void;
  /** Calls `listener` after every change; the answer ends that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A store that begins with `initial`. */
export function createStore(initial: AppState = INITIAL_STATE): Store {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    state: () => state,
    dispatch: (action) => {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
