/** Requests that were begun and are not answered yet: a process that ends lets them end first. */
import { nextTurn } from "../platform/turn.ts";
import type { HttpHandler } from "./edge.ts";

export class UnderWay {
  #count = 0;
  #idle: (() => void)[] = [];

  /** The same handler, of which it is known what it is doing. */
  counted(handle: HttpHandler): HttpHandler {
    return async (router, request) => {
      this.#count += 1;
      try {
        return await handle(router, request);
      } finally {
        this.#count -= 1;
        if (this.#count === 0) for (const resolve of this.#idle.splice(0)) resolve();
      }
    };
  }

  /** Resolves when everything that is under way now is answered, and the answers are on the wire. */
  async over(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await nextTurn();
  }
}
