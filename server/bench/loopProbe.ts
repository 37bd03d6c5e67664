/**
 * Loaded into a server's process before its own code: notes when the event loop stood still. A timer
 * that is due each millisecond sees it; whoever started the process asks for the notes.
 *
 * What the loop's thread itself worked meanwhile is noted beside: where processors are shared, the
 * rest of a stall is somebody else's work.
 */

/** A pause of the loop that is worth a note, in milliseconds. */
const NOTED_MS = 2;
const MOST_NOTES = 10_000;

export interface Stall {
  /** Its end, epoch milliseconds. */
  readonly at: number;
  readonly ms: number;
  /** Of which the thread worked so long; the rest it waited for a processor. */
  readonly workedMs: number;
}

let notes: Stall[] = [];
let last = performance.now();
let lastUsage = process.threadCpuUsage();

setInterval(() => {
  const now = performance.now();
  const ms = now - last - 1;
  last = now;
  const { user, system } = process.threadCpuUsage(lastUsage);
  lastUsage = process.threadCpuUsage();
  if (ms < NOTED_MS || notes.length >= MOST_NOTES) return;
  const at = performance.timeOrigin + now;
  notes.push({ at, ms, workedMs: (user + system) / 1_000 });
}, 1).unref();

/** Any message asks for the notes since the last one. */
process.on("message", () => {
  process.send?.(notes);
  notes = [];
});
process.channel?.unref();
