/**
 * Does what was put off to the end of the turn, in slices: a crowd's worth of writes is tens of
 * milliseconds, and whoever has just asked something does not wait for all of it.
 *
 * There are two lines. What somebody waits for is done as soon as others had their turn. What is for
 * everyone goes in small parts with pauses between them: spread over a tenth of a second it reaches
 * each of a crowd as well, and neither this process nor whoever shares its processors meets it as one
 * block of work.
 */

/** Of a slice, for what somebody waits for. Between two slices everything else gets its turn. */
const FIRST_MS = 4;
/** What is for everyone goes in so many parts at most, whatever they take, and so stays bounded. */
const PARTS = 16;
/** What a part takes at least: a small table's patch leaves at once. */
const PART_MS = 0.5;
/** Between two parts. */
const PAUSE_MS = 6;

class Line {
  #acts: (() => void)[] = [];

  get length(): number {
    return this.#acts.length;
  }

  add(act: () => void): void {
    this.#acts.push(act);
  }

  /** In the order of asking, so many and then more until the time is over. */
  doSome(least: number, forMs: number): void {
    const acts = this.#acts;
    const end = performance.now() + forMs;
    let done = 0;
    try {
      while (done < acts.length && (done < least || performance.now() < end)) {
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
/** The size of a part of `rest`, for so many more parts at least. */
let part = 0;
let partsLeft = 0;
let pausing = false;

/** Calls `act`, which somebody waits for, once what runs now is done. It does not throw. */
export function soon(act: () => void): void {
  first.add(act);
  plan();
}

/** Calls `act`, one of many and no hurry, after all that {@link soon} was asked for. */
export function inTurn(act: () => void): void {
  rest.add(act);
  if (!pausing) plan();
}

function plan(): void {
  if (planned) return;
  planned = true;
  process.nextTick(doSlice);
}

function doSlice(): void {
  try {
    first.doSome(1, FIRST_MS);
    if (!pausing) doPart();
  } finally {
    planned = first.length > 0 || (rest.length > 0 && !pausing);
    if (planned) setImmediate(doSlice);
  }
}

function doPart(): void {
  const due = Math.ceil(rest.length / PARTS);
  if (partsLeft === 0 || due > part) {
    part = due;
    partsLeft = PARTS;
  }
  partsLeft -= 1;
  try {
    rest.doSome(part, PART_MS);
  } finally {
    if (rest.length === 0) partsLeft = 0;
    else pause();
  }
}

function pause(): void {
  pausing = true;
  setTimeout(() => {
    pausing = false;
    plan();
  }, PAUSE_MS);
}
