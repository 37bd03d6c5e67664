/** Items so many in one turn of the event loop: what is done with a full table's would hold up all others. */
export class InSlices<Item> {
  readonly #atOnce: number;
  readonly #work: (item: Item) => void;
  #waiting: Item[] = [];

  constructor(atOnce: number, work: (item: Item) => void) {
    this.#atOnce = atOnce;
    this.#work = work;
  }

  /** Its turn comes after those of all that wait, and never at once. */
  add(item: Item): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#next());
    this.#waiting.push(item);
  }

  /** Works off what waits, at once. */
  finish(): void {
    for (const item of this.#waiting.splice(0)) this.#work(item);
  }

  #next(): void {
    for (const item of this.#waiting.splice(0, this.#atOnce)) this.#work(item);
    if (this.#waiting.length > 0) setImmediate(() => this.#next());
  }
}
