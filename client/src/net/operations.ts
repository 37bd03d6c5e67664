/**
 * Sends the pending operations, one at a time, in order.
 *
 * An operation ends in one of three ways: answered, refused, or overtaken by the next round (the
 * model then drops it). An answer that is lost on the way ends nothing, nor does a table that cannot
 * tell just now whether it counts: the same operation goes out again under the same id, after a pause
 * or as soon as the seat is taken again.
 */
import type { Refusal } from "@croupier/shared/protocol/refusals";
import { REFUSAL_CODES } from "@croupier/shared/protocol/refusals";
import type {
  BetAnswer,
  BetRequest,
  LayoutAnswer,
  LayoutRequest,
  OperationKind,
} from "@croupier/shared/protocol/requests";
import type { PendingOperation } from "../store/model.ts";
import type { Store } from "../store/store.ts";

/** How often one operation is sent before the player is told that the answer never came. */
const ATTEMPTS = 6;

/** Refusals that say nothing of the operation: it may count already, and the same op finds out. */
const UNDECIDED: ReadonlySet<Refusal["code"]> = new Set(["BANK_UNAVAILABLE", "TABLE_PAUSED"]);

/** What was asked too often was not looked at: had it been sent before, it may count from then. */
const isUnheard = ({ code }: Refusal, count: number): boolean =>
  code === "TOO_MANY_REQUESTS" && count > 1;

export interface OperationsPort {
  /** Rejects with `reason` where the server refused, with any other error where the answer is lost. */
  readonly request: (
    type: OperationKind,
    payload: BetRequest | LayoutRequest,
  ) => Promise<BetAnswer | LayoutAnswer>;
  /** Calls back before the operation goes out again: after a pause, or on a fresh connection. */
  readonly beforeRetry: (attempt: number, resume: () => void) => void;
  /** Calls back once the seat is taken, at once where it is: before that nobody hears a request. */
  readonly whenSeated: (resume: () => void) => void;
}

/** The refusal in a rejected request, or null where it failed in another way. */
export function refusalOf(error: unknown): Refusal | null {
  if (typeof error !== "object" || error === null || !("reason" in error)) return null;
  const { reason } = error;
  if (typeof reason !== "object" || reason === null || !("code" in reason)) return null;
  return REFUSAL_CODES.some((code) => code === reason.code) ? (reason as Refusal) : null;
}

/** Answers a function to call whenever something was added to the pending operations. */
export function createOperationSender(store: Store, port: OperationsPort): () => void {
  let sending = false;

  const isPending = ({ op }: PendingOperation): boolean =>
    store.state().pending.some((operation) => operation.op === op);

  const next = (): void => {
    sending = false;
    flush();
  };

  const attempt = (operation: PendingOperation, count: number): void =>
    port.whenSeated(() => send(operation, count));

  const send = (operation: PendingOperation, count: number): void => {
    if (!isPending(operation)) return next();
    const { op, kind, chips } = operation;
    port.request(kind, kind === "bet" ? { op, chips } : { op }).then(
      (answer) => {
        store.dispatch({ type: "operation-answered", answer });
        next();
      },
      (error: unknown) => {
        const refusal = refusalOf(error);
        const again = refusal === null || UNDECIDED.has(refusal.code) || isUnheard(refusal, count);
        if (again && count < ATTEMPTS) {
          port.beforeRetry(count, () => attempt(operation, count + 1));
        } else if (refusal !== null) {
          store.dispatch({ type: "operation-refused", op, refusal });
          next();
        } else {
          store.dispatch({ type: "operation-lost", op });
          next();
        }
      },
    );
  };

  const flush = (): void => {
    const [first] = store.state().pending;
    if (sending || first === undefined) return;
    sending = true;
    attempt(first, 1);
  };
  return flush;
}
