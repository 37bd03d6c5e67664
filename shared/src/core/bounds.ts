/** Every bound of the game and the wire in one place, each with what happens past it. */
export const BOUNDS = {
  /** Placements in one `bet` batch; more: `MALFORMED`. */
  placementsPerBatch: 200,
  /** Characters of an operation id; outside 1…: `MALFORMED`. */
  opLength: 64,
  /** Characters of a client seed; outside 1…: `MALFORMED`. */
  clientSeedLength: 64,
  /** Operations of one player waiting behind the one in flight; more: `TOO_MANY_REQUESTS`. */
  operationsWaitingPerPlayer: 8,
  /** Batches of one player that `undo` can take back in a round; older ones only by `clear`. */
  undoDepth: 100,
  /** Operations of one player in one round, the last a `clear`; more: `TOO_MANY_REQUESTS`. */
  operationsPerPlayerAndRound: 500,
  /**
   * Changes of spots by one player in one round, with those that a `clear` would take; more:
   * `TOO_MANY_REQUESTS`. A table of a thousand players locks a round of so many each in its time.
   */
  changesPerPlayerAndRound: 2_000,
  /** Players whose chips are shown one by one in the room state; the rest only in the spot totals. */
  frontSeats: 8,
  /** Pockets kept in `lastPockets`. */
  lastPockets: 20,
  /** Characters of a chat line; more: `MALFORMED`. */
  chatLength: 200,
  /** Shortest phase, in milliseconds; less stops the start. */
  minPhaseMs: 50,
} as const;

/** An operation id or client seed on the wire. */
export const TOKEN_PATTERN = /^[0-9A-Za-z_-]{1,64}$/;
