/** Every bound of the edge, each with what happens past it. */
export const EDGE_BOUNDS = {
  /**
   * Connections that wait to be taken; more are dropped. A crowd that comes back arrives in one moment;
   * the kernel's own limit may be less (`somaxconn`).
   */
  waiting: 4_096,
  /** Bytes of a request's body; more: 413, and the connection is closed. */
  bodyBytes: 64 * 1024,
  /** Bytes of one message of a player; more: the connection is closed. */
  messageBytes: 16 * 1024,
  /**
   * Bytes that wait for a slow socket; more: the connection is closed. Patches are deltas without
   * numbers, so a player who missed one must come back and start clean.
   */
  waitingBytes: 128 * 1024,
  /** Time for a whole request to arrive; longer: 408. */
  requestMs: 15_000,
  /** Time for a request's head to arrive, as far as it is ours to say: see the next. */
  headersMs: 10_000,
  /** What uWebSockets.js gives a head, and a connection that asks for nothing. */
  uwsHeadersMs: 30_000,
  /**
   * Time in which an answer is not there, or nothing of it is read; longer: the connection is closed.
   * One that has begun gets it twice.
   */
  unreadMs: 10_000,
  /** Between two looks at who is past these; Node's own choice would let them be for half a minute. */
  lookMs: 1_000,
  /** Between two signs of life asked of a socket; two missed ones close it. */
  pingMs: 8_000,
} as const;
