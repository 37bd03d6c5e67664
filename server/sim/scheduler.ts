/** Simulated time: a queue of what is to happen, in the order of its time, then of its planning. */

export interface Planned {
  cancelled: boolean;
}

interface Entry extends Planned {
  readonly at: number;
  readonly place: number;
  readonly act: () => void;
  /** Nobody waits for what it does: it resolves no promise. */
  readonly plain: boolean;
}

/** What happened: `plain` where no promise goes on by it. */
export type Happened = "plain" | "anything" | "nothing";

export class Scheduler {
  /** True time, epoch milliseconds. */
  now = 1_700_000_000_000;
  /** Events since the time changed. */
  atOnce = 0;
  readonly #heap: Entry[] = [];
  #planned = 0;

  /** `act` happens in `delayMs`. */
  after(delayMs: number, act: () => void): Planned {
    return this.#plan(delayMs, act, false);
  }

  /** As `after`; `act` changes what is there, or plans something, and resolves no promise. */
  plainlyAfter(delayMs: number, act: () => void): Planned {
    return this.#plan(delayMs, act, true);
  }

  /** Lets the next thing happen. */
  next(): Happened {
    for (let entry = this.#take(); entry !== undefined; entry = this.#take()) {
      if (entry.cancelled) continue;
      this.atOnce = entry.at === this.now ? this.atOnce + 1 : 0;
      this.now = entry.at;
      entry.act();
      return entry.plain ? "plain" : "anything";
    }
    return "nothing";
  }

  #plan(delayMs: number, act: () => void, plain: boolean): Planned {
    this.#planned += 1;
    const at = this.now + Math.max(0, Math.ceil(delayMs));
    const entry = { at, place: this.#planned, act, plain, cancelled: false };
    this.#rise(entry);
    return entry;
  }

  #rise(entry: Entry): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  }

  #take(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, heap[below] as Entry)) below += 1;
      const child = heap[below];
      if (child === undefined || !isBefore(child, last)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.place < other.place);
}
