/**
 * `window.croupier`: a look into the running client, for tests and for the curious. Read-only: it
 * answers with copies, and nothing can be done through it that the page's buttons cannot.
 */
import type { Point } from "./scene/geometry.ts";
import type { AppState } from "./store/model.ts";

export interface DebugView {
  /** Where on the page a spot takes a click, in CSS pixels; null where it is not on the felt. */
  readonly spotPosition: (spot: string) => Point | null;
  /** The client's model as plain JSON; maps become objects. */
  readonly state: () => unknown;
}

declare global {
  interface Window {
    croupier?: DebugView;
  }
}

/** Puts the view on the window. */
export function exposeDebugView(
  state: () => AppState,
  spotPosition: (spot: string) => Point | null,
): void {
  window.croupier = Object.freeze({
    spotPosition,
    state: () =>
      JSON.parse(
        JSON.stringify(state(), (_key, value: unknown) =>
          value instanceof Map ? Object.fromEntries(value) : value,
        ),
      ) as unknown,
  });
}
