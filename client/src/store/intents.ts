/**
 * What the player wants, as operations with an id of their own.
 *
 * The id is made here, once, and goes with the operation through every repetition: that is what lets
 * the server place a bet once, however often its answer is lost.
 */
import { BOUNDS } from "@croupier/shared/core/bounds";
import type { OperationKind, Placement } from "@croupier/shared/protocol/requests";
import { explainRefusal } from "./refusals.ts";
import type { Store } from "./store.ts";

/** Operations that wait for their answer at once; past it the player is asked to slow down. */
const PENDING_MAX = 24;

export interface Intents {
  /** Places chips in one batch: all of them or none. */
  readonly place: (chips: readonly Placement[]) => void;
  /** Places the selected chip on a spot. */
  readonly placeChip: (spot: string) => void;
  readonly undo: () => void;
  readonly clear: () => void;
  readonly double: () => void;
  readonly repeat: () => void;
}

/**
 * @param makeOp makes a fresh operation id
 * @param send is told that there is something new in `pending`
 */
export function createIntents(store: Store, makeOp: () => string, send: () => void): Intents {
  const ask = (kind: OperationKind, chips: readonly Placement[]): void => {
    const { table, seat, pending } = store.state();
    if (table === null || seat === null) return;
    const refuse = (text: string) => store.dispatch({ type: "noticed", tone: "warning", text });
    if (table.phase === "paused") {
      return refuse(explainRefusal({ code: "TABLE_PAUSED", message: "" }));
    }
    if (table.phase !== "betting") return refuse("Betting is closed. Wait for the next round.");
    if (pending.length >= PENDING_MAX || chips.length > BOUNDS.placementsPerBatch) {
      return refuse(explainRefusal({ code: "TOO_MANY_REQUESTS", message: "" }));
    }
    const operation = { op: makeOp(), kind, round: table.round, chips };
    store.dispatch({ type: "operation-queued", operation });
    send();
  };
  return {
    place: (chips) => ask("bet", chips),
    placeChip: (spot) => ask("bet", [[spot, store.state().selectedChip]]),
    undo: () => ask("undo", []),
    clear: () => ask("clear", []),
    double: () => ask("double", []),
    repeat: () => ask("repeat", []),
  };
}
