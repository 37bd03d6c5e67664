/** A refusal stands only where the op was not accepted before, in whatever round. */
import type { TableEffect } from "@croupier/shared/core/table/effects";
import { REUSED, UNKNOWN } from "./refusals.ts";
import type { Requests } from "./requests.ts";
import type { TableStore } from "./store.ts";
import { BankUnavailableError } from "./store.ts";

export interface RefusingOptions {
  readonly tableId: string;
  readonly store: Pick<TableStore, "recall">;
  readonly requests: Requests;
  /** Told of what the store must not answer. */
  readonly broke: (error: unknown) => void;
}

/** Replies to a refused request: with what was answered before, where its op was accepted once. */
export function refuse(
  { request, playerId, op, content, refusal }: Extract<TableEffect, { type: "refuse" }>,
  { tableId, store, requests, broke }: RefusingOptions,
): void {
  if (refusal.code === "INSUFFICIENT_CHIPS" || refusal.code === "BANK_UNAVAILABLE") {
    // The store has just been asked about this very op, or cannot be asked about any.
    requests.close(request, { refusal });
    return;
  }
  store.recall(tableId, { playerId, op, content }).then(
    (earlier) => {
      if (earlier === null) requests.close(request, { refusal });
      else if (earlier.sameContent) {
        requests.answer({ request, answer: earlier.answer, isReplay: true });
      } else requests.close(request, { refusal: REUSED });
    },
    (error: unknown) => {
      requests.close(request, { refusal: UNKNOWN });
      if (!(error instanceof BankUnavailableError)) broke(error);
    },
  );
}
