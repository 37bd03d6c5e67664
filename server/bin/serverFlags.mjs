/**
 * How Node.js runs the server.
 *
 * Left alone, V8 lets its young generation grow to 128 MiB and more on a big machine, most of it
 * garbage of a moment ago. With semi-spaces of 16 MiB a server of a thousand players keeps under
 * 250 MiB in all, for some short collections more.
 *
 * What grows old is collected while the game goes on, by as many as four threads at once: on two
 * processors they leave the game's own thread waiting for a fifth of a second. One thread does it in
 * the same time. And an operation must not look old from the start because a flush outlived a short
 * collection once: V8 would put all later ones where only the long collection finds them. That one
 * comes when the heap has doubled since the last, and not after a third more.
 */
export const serverFlags = [
  "--max-semi-space-size=16",
  "--v8-pool-size=1",
  "--no-allocation-site-pretenuring",
  "--heap-growing-percent=100",
];
