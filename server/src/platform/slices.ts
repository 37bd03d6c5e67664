/**
 * Does what was put off to the end of the turn, in slices: a crowd's worth of writes is tens of
 * milliseconds, and whoever has just asked something does not wait for all of it.
 *
 * There are two lines: what somebody waits for goes before what is for everyone, which in turn has
 * its share of each slice, however many ask.
 */

/** Of a slice, for what somebody waits for. Between two slices everything else gets its turn. */
const FIRST_MS = 4;
/** Of a slice, for what is for everyone. */
const REST_MS = 2;

class Line {
  #acts: (() => void)[] = [];

  get empty(): boolean {
    return this.#acts.length === 0;
  }

  add(act: () => void): void {
    this.#acts.push(act);
  }

  /** In the order of asking, until the time is over; at least one. */
  doSome(forMs: number): void {
    const acts = this.#acts;
    const end = performance.now() + forMs;
    let done = 0;
    try {
      while (done < acts.length && (done === 0 || performance.now() < end)) {
        const act = acts[done];
        done += 1;
        act?.();
      }
    } finally {
      this.#acts = acts.slice(done);
    }
  }
}

const first = new Line();
const rest = new Line();
let planned = false;

/** Calls `act`, which somebody waits for, once what runs now is done. It does not throw. */
export function soon(act: () => void): void {
  first.add(act);
  plan();
}

/** Calls `act`, one of many and no hurry, after all that {@link soon} was asked for. */
export function inTurn(act: () => void): void {
  rest.add(act);
  plan();
}

function plan(): void {
  if (planned) return;
  planned = true;
  process.nextTick(doSlice);
}

function doSlice(): void {
  try {
    first.doSome(FIRST_MS);
    rest.doSome(REST_MS);
  } finally {
    planned = !first.empty || !rest.empty;
    if (planned) setImmediate(doSlice);
  }
}
