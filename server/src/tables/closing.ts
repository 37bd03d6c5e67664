/**
 * Finishes the rounds of tables that were taken out of the configuration: whoever has chips there
 * gets them, although nobody will run the table again. A locked round is settled by its seed, an open
 * one is void.
 *
 * Another process may have the table, and be kept from its signs of life: for as long as the database
 * is away every lease looks like a dead process's. So a round is finished only where two looks, far
 * enough from one another and with no failed one between them, saw the very same last sign.
 */
import type { TableConfig, WheelName, ZeroRule } from "@croupier/shared/core/types";
import type { Clock, Timer } from "../platform/clock.ts";
import type { LeaseStore, TableStores } from "./lease.ts";
import { LEASE_MS, StaleLeaseError } from "./lease.ts";
import { recoverTable } from "./recovery.ts";
import { BankUnavailableError } from "./store.ts";

/** For so long nobody has shown life: another process with the table would have taken it long before. */
const SILENT_MS = 2 * LEASE_MS;
/** Between two looks: the second one may act, and timers do not follow a clock that jumps ahead. */
const LOOK_MS = SILENT_MS;
const CLOSED = "The table was closed.";

/** A table that is not in the configuration, and its unfinished round's own settings. */
export interface ClosedTable {
  readonly tableId: string;
  readonly round: number;
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
  /** Another one with each beat of whoever runs the table, and with each start of the database. */
  readonly signOfLife: string;
}

/** A sign of life, and when it was first seen by the own clock. */
interface Seen {
  readonly signOfLife: string;
  readonly since: number;
}

export interface ClosingOptions {
  /** Rejects with a {@link BankUnavailableError} where the bank is away. */
  readonly find: () => Promise<readonly ClosedTable[]>;
  readonly leases: LeaseStore;
  readonly stores: TableStores;
  readonly clock: Clock;
  /** A table of the house: what is not a round's own does not matter here. */
  readonly model: TableConfig;
  readonly finished: (closed: ClosedTable) => void;
  /** A bug: the table (all of them: null) is left as it is, and looked at again. */
  readonly failed: (tableId: string | null, error: unknown) => void;
}

export class Closing {
  readonly #options: ClosingOptions;
  #timer: Timer | null = null;
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();
  /** By table, as far as every look since has been answered. */
  #seen: ReadonlyMap<string, Seen> = new Map();

  constructor(options: ClosingOptions) {
    this.#options = options;
  }

  /** Looks now, and from then on again and again. */
  start(): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    this.#looking = this.look().finally(() => {
      if (!this.#stopped) this.#timer = clock.at(clock.now() + LOOK_MS, () => this.start());
    });
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  /** Finishes every such round that nobody has shown life of; where the bank is away, a later look does. */
  async look(): Promise<void> {
    const { clock } = this.#options;
    const asked = clock.now();
    const found = await this.#found();
    const answered = clock.now();
    const before = this.#seen;
    const sinceOf = ({ tableId, signOfLife }: ClosedTable): number => {
      const seen = before.get(tableId);
      return seen?.signOfLife === signOfLife ? seen.since : answered;
    };
    this.#seen = new Map(
      found.map((one) => [one.tableId, { signOfLife: one.signOfLife, since: sinceOf(one) }]),
    );
    for (const closed of found) {
      if (!this.#stopped && asked - sinceOf(closed) >= SILENT_MS) await this.#finish(closed);
    }
  }

  async #found(): Promise<readonly ClosedTable[]> {
    const { find, failed } = this.#options;
    try {
      return await find();
    } catch (error) {
      // A database that is away is everybody's trouble, and told of by whoever runs tables.
      if (!(error instanceof BankUnavailableError)) failed(null, error);
      return [];
    }
  }

  async #finish(closed: ClosedTable): Promise<void> {
    const { tableId, wheel, zeroRule } = closed;
    const { leases, stores, clock, model, finished, failed } = this.#options;
    const config = { ...model, tableId, name: tableId, wheel, zeroRule };
    try {
      const [lease] = await leases.take([tableId]);
      if (lease === undefined) return;
      await recoverTable({ config, store: stores.of(lease), clock, broken: CLOSED });
      await leases.release([lease]);
      finished(closed);
    } catch (error) {
      const passing = error instanceof BankUnavailableError || error instanceof StaleLeaseError;
      if (!passing) failed(tableId, error);
    }
  }
}
