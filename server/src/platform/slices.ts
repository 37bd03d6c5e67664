/**
 * Does what was put off to the end of the turn, in slices: a crowd's worth of writes is tens of
 * milliseconds, and whoever has just asked something does not wait for all of it.
 */

/** Between two slices everything else gets its turn. */
const SLICE_MS = 4;

let waiting: (() => void)[] = [];
let planned = false;

/** Calls `act` once what runs now is done, in the order of asking. `act` does not throw. */
export function soon(act: () => void): void {
  waiting.push(act);
  if (planned) return;
  planned = true;
  process.nextTick(doSlice);
}

function doSlice(): void {
  const acts = waiting;
  const end = performance.now() + SLICE_MS;
  let done = 0;
  try {
    while (done < acts.length && performance.now() < end) {
      const act = acts[done];
      done += 1;
      act?.();
    }
  } finally {
    waiting = acts.slice(done);
    planned = waiting.length > 0;
    if (planned) setImmediate(doSlice);
  }
}
