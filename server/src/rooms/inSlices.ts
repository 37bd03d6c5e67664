/** Items so many in one turn of the event loop: what is done with a full table's would hold up all others. */
export class InSlices<Item> {
  readonly #atOnce: number;
  readonly #work: (item: Item) => void;
  #waiting: Item[] = [];
  #planned = false;

  constructor(atOnce: number, work: (item: Item) => void) {
    this.#atOnce = atOnce;
    this.#work = work;
  }

  /** Its turn comes after those of all that wait, and never at once. */
  add(item: Item): void {
    this.#waiting.push(item);
    this.#plan();
  }

  /** Works off what waits, at once. */
  finish(): void {
    for (const item of this.#waiting.splice(0)) this.#work(item);
  }

  #next(): void {
    this.#planned = false;
    for (const item of this.#waiting.splice(0, this.#atOnce)) this.#work(item);
    if (this.#waiting.length > 0) this.#plan();
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => this.#next());
  }
}
