/**
 * How often a room shows what moved. A patch costs a write for each connection, so a crowd sees the
 * others' chips a moment later and leaves the server time to answer; turns of the table and answers
 * never wait for a patch.
 */

/** Up to so many connections: the pause between patches, in milliseconds. */
const PAUSES: readonly (readonly [connections: number, pauseMs: number])[] = [
  [100, 100],
  [300, 200],
  [700, 350],
];
const LONGEST_PAUSE_MS = 500;

/** The pause between patches for so many connections, in milliseconds. */
export function patchPauseMs(connections: number): number {
  return PAUSES.find(([most]) => connections <= most)?.[1] ?? LONGEST_PAUSE_MS;
}
