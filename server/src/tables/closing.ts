/**
 * Finishes the rounds of tables that were taken out of the configuration: whoever has chips there
 * gets them, although nobody will run the table again. A locked round is settled by its seed, an open
 * one is void.
 */
import type { TableConfig, WheelName, ZeroRule } from "@croupier/shared/core/types";
import type { Clock, Timer } from "../platform/clock.ts";
import type { LeaseStore, TableStores } from "./lease.ts";
import { StaleLeaseError } from "./lease.ts";
import { recoverTable } from "./recovery.ts";
import { BankUnavailableError } from "./store.ts";

/** Between two looks for such tables. */
const LOOK_MS = 5_000;
const CLOSED = "The table was closed.";

/** A table that nobody has in the configuration, and its unfinished round's own settings. */
export interface ClosedTable {
  readonly tableId: string;
  readonly round: number;
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
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

  /** Finishes every such round once; where the bank is away, the next look does. */
  async look(): Promise<void> {
    for (const closed of await this.#found()) {
      if (!this.#stopped) await this.#finish(closed);
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
