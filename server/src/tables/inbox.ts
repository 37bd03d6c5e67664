/**
 * A table's queue of inputs: one at a time, in order of arrival, each to its end.
 *
 * Handlers of a room interleave and the database answers when it likes; what a table takes in it
 * takes in one after another. An input put while another is being taken waits for its turn.
 */
export class Inbox<Input> {
  readonly #take: (input: Input) => void;
  readonly #queue: Input[] = [];
  #taking = false;

  constructor(take: (input: Input) => void) {
    this.#take = take;
  }

  /** Takes `input` now, or after those before it. What `take` throws goes to the outermost `put`. */
  put(input: Input): void {
    this.#queue.push(input);
    if (this.#taking) return;
    this.#taking = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#take(next);
      }
    } finally {
      this.#taking = false;
    }
  }

  /** Forgets what waits; for a table that starts again from its store. */
  clear(): void {
    this.#queue.length = 0;
  }
}
