/** Requests that wait for a table's answer. */
import type { TableEffect } from "@croupier/shared/core/table/effects";
import type { Refusal } from "@croupier/shared/core/table/refusal";
import type { OperationReply } from "./tableHost.ts";

type Answered = Omit<Extract<TableEffect, { type: "answer" }>, "type">;

export class Requests {
  readonly #waiting = new Map<number, (reply: OperationReply) => void>();
  #last = 0;

  /** A number for a new request, and the promise of its reply. */
  open(): { request: number; reply: Promise<OperationReply> } {
    this.#last += 1;
    const request = this.#last;
    const { promise, resolve } = Promise.withResolvers<OperationReply>();
    this.#waiting.set(request, resolve);
    return { request, reply: promise };
  }

  answer({ request, answer, isReplay }: Answered): void {
    this.close(request, isReplay === true ? { answer, isReplay } : { answer });
  }

  /** Replies; a request that was replied to already is left alone. */
  close(request: number, reply: OperationReply): void {
    this.#waiting.get(request)?.(reply);
    this.#waiting.delete(request);
  }

  /** For a table that cannot answer any more: whether the operation counts, its op can ask again. */
  refuseAll(refusal: Refusal): void {
    for (const reply of this.#waiting.values()) reply({ refusal });
    this.#waiting.clear();
  }
}
