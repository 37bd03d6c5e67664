/** What a host tells those who run it: numbers for metrics and lines for the log. */
export interface TableObserver {
  /** A stage turned `lateMs` after the time that had been announced for it. */
  turned(tableId: string, stage: string, lateMs: number): void;
  /** The store did not answer; the host asks for `what` again in `pauseMs`. */
  unavailable(tableId: string, what: string, pauseMs: number): void;
  /** The table froze and starts again: a bug, or a failure of the bank's, see `isOfBank`. */
  froze(tableId: string, error: unknown): void;
}

/** What all tables of a process tell together. */
export interface TablesObserver extends TableObserver {
  /** This process runs the table from now on. */
  leased(tableId: string, epoch: number): void;
  /** Another process runs the table now, and this one had not given it up. */
  unleased(tableId: string, epoch: number): void;
  /** The table was given up to whoever takes it. */
  handedOver(tableId: string, epoch: number): void;
  /** The leases could not be looked at. */
  noBeat(error: unknown): void;
}
