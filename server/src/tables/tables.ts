/**
 * The tables of this house: those that this process runs come and go with their leases.
 *
 *   lease got ──▶ host starts ──▶ opened ──(lease lost)──▶ closed
 */
import { seatedAt } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Clock } from "../platform/clock.ts";
import type { NewHost } from "./host.ts";
import { createHost } from "./host.ts";
import type { Lease, LeaseStore, TableStores } from "./lease.ts";
import { StaleLeaseError } from "./lease.ts";
import { LeaseKeeper } from "./leaseKeeper.ts";
import type { TablesObserver } from "./observer.ts";
import { StoppedError } from "./persistence.ts";
import type { CensusStore } from "./sharing.ts";
import { StartPauses } from "./startPauses.ts";
import type { Finish, TableHost } from "./tableHost.ts";
import { TableShare } from "./tableShare.ts";

export interface TablesOptions {
  readonly configs: readonly TableConfig[];
  readonly leases: LeaseStore;
  readonly stores: TableStores;
  readonly clock: Clock;
  /** Uniform in 0…1, for jitter. */
  readonly random: () => number;
  readonly observer: TablesObserver;
  /** Among the processes of this database; one that is alone takes every table. */
  readonly census?: CensusStore;
  /** Where others are, it takes no tables until it comes back. */
  readonly startsAside?: boolean;
}

interface BegunTable {
  readonly lease: Lease;
  readonly host: NewHost;
  readonly started: Promise<void>;
}

export interface TablesFollower {
  readonly opened: (host: TableHost) => void;
  readonly closed: (host: TableHost) => void;
}

/** The tables as rooms and pages see them. */
export interface HouseTables {
  /** All tables of the house, whoever runs them. */
  readonly configs: readonly TableConfig[];
  /** Those that this process runs now, in the order of the configuration. */
  readonly hosts: ReadonlyMap<string, TableHost>;
  /** Tells of tables that open and close here, at first of those that are open; answers its end. */
  follow(follower: TablesFollower): () => void;
}

export class Tables implements HouseTables {
  readonly configs: readonly TableConfig[];
  readonly hosts = new Map<string, TableHost>();
  readonly #options: TablesOptions;
  readonly #keeper: LeaseKeeper;
  readonly #followers = new Set<TablesFollower>();
  readonly #share: TableShare | null;
  readonly #startPauses: StartPauses;
  /** Started or about to, by table. */
  readonly #begun = new Map<string, BegunTable>();
  /** Tables that are given up when their round is over. */
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(options: TablesOptions) {
    this.configs = options.configs;
    this.#options = options;
    const tableIds = options.configs.map(({ tableId }) => tableId);
    const { census, clock, startsAside = false } = options;
    this.#startPauses = new StartPauses(clock);
    const players = () => this.#players();
    this.#share =
      census === undefined
        ? null
        : new TableShare({ store: census, clock, tableIds, players, startsAside });
    this.#keeper = new LeaseKeeper({
      ...options,
      wanted: tableIds,
      mayTake: (tableId) => this.#startPauses.mayTry(tableId),
      ...(this.#share === null ? {} : { share: this.#share }),
      handOver: (tableId) => void this.handOver(tableId),
      stay: (tableId) => this.#stay(tableId),
      got: (lease) => this.#begin(lease),
      lost: (lease) => {
        options.observer.unleased(lease.tableId, lease.epoch);
        this.#end(lease);
      },
      failed: (error) => {
        options.observer.noBeat(error);
        // A table that nobody bets at would find out at its next turn only.
        for (const { host } of this.#begun.values()) host.doubtBank();
      },
    });
  }

  /**
   * Takes what tables are free and waits until they run; from then on they come and go by
   * themselves. Answers what keeps some of the first ones from running: these are tried again.
   */
  async open(): Promise<readonly unknown[]> {
    await this.#keeper.beat();
    const starts = [...this.#begun.values()].map(({ started }) => started);
    const ends = await Promise.allSettled(starts);
    return ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
  }

  /** Looks at the leases now, and not at the next beat: the connection to them was lost. */
  lookNow(): void {
    void this.#keeper.beat();
  }

  /**
   * Gives a table to whoever takes it, between two rounds or, where this process stands aside, at once;
   * resolves when it is given up, or was not this process's any more.
   */
  handOver(tableId: string): Promise<void> {
    const begun = this.#begun.get(tableId);
    if (begun === undefined) return Promise.resolve();
    const leaving = this.#leaving.get(tableId) ?? this.#giveUp(tableId, begun);
    this.#leaving.set(tableId, leaving);
    return leaving;
  }

  /** Where it was to be given up, the table stays. */
  #stay(tableId: string): void {
    if (this.#leaving.has(tableId)) this.#begun.get(tableId)?.host.goOn();
  }

  async #giveUp(tableId: string, begun: BegunTable): Promise<void> {
    const { finished } = await (this.isAside ? stopNow(begun.host) : begun.host.finish());
    this.#leaving.delete(tableId);
    if (!finished || this.#begun.get(tableId) !== begun) return;
    await this.#keeper.giveUp(begun.lease, this.#share?.offer(tableId) ?? null);
    this.#options.observer.handedOver(tableId, begun.lease.epoch);
    // Where it could not be given up, it may have been taken anew.
    if (this.#begun.get(tableId) === begun) this.#end(begun.lease);
  }

  /**
   * Takes nothing more, and hands every table over when its round is over; where nobody else is there,
   * nothing is waited for. `stop` ends what is left.
   */
  async drain(): Promise<void> {
    this.#share?.drain();
    await this.#keeper.beat();
    if (!this.hasOthers) return;
    await Promise.all([...this.#begun.keys()].map((tableId) => this.handOver(tableId)));
  }

  /** Whether another process would take what this one gives up. */
  get hasOthers(): boolean {
    return this.#share?.others === true;
  }

  /** Whether there is such a table, by this process's settings or by what another one last told. */
  has(tableId: string): boolean {
    const isOwn = this.configs.some((config) => config.tableId === tableId);
    return isOwn || this.#share?.isOthers(tableId) === true;
  }

  /** The players at a table that another process runs; null where none is known to. */
  playersElsewhere(tableId: string): number | null {
    return this.#share?.playersElsewhere(tableId) ?? null;
  }

  /**
   * Gives every table to others, and takes none until it comes back or is the last one that could: for
   * a process that players do not reach. Nobody is there who would notice, so no round is waited for.
   * Answers whether there are others.
   */
  standAside(): boolean {
    const aside = this.#share?.standAside() === true;
    if (aside) this.lookNow();
    return aside;
  }

  /** Takes its part of the tables again. */
  comeBack(): void {
    this.#share?.comeBack();
    this.lookNow();
  }

  get isAside(): boolean {
    return this.#share?.isAside === true;
  }

  /** Stops every table, and gives the leases up. */
  stop(): Promise<void> {
    return this.#keeper.stop(() =>
      Promise.all([...this.#begun.values()].map(({ host }) => host.stop())),
    );
  }

  follow(follower: TablesFollower): () => void {
    this.#followers.add(follower);
    for (const host of this.hosts.values()) follower.opened(host);
    return () => this.#followers.delete(follower);
  }

  #begin(lease: Lease): void {
    const { tableId, epoch } = lease;
    const config = this.configs.find((candidate) => candidate.tableId === tableId);
    if (config === undefined) return;
    this.#options.observer.leased(tableId, epoch);
    const host = createHost({ ...this.#options, config, store: this.#options.stores.of(lease) });
    host.subscribe((event) => {
      if (event.type === "lost") this.#keeper.stale(lease);
    });
    const started = host.start().then(
      () => this.#opened(host),
      (error: unknown) => this.#failed({ lease, host }, error),
    );
    this.#begun.set(tableId, { lease, host, started });
    // Told already; this is for whoever opens the house.
    started.catch(() => undefined);
  }

  #opened(host: TableHost): void {
    this.#startPauses.started(host.config.tableId);
    this.hosts.set(host.config.tableId, host);
    this.#sort();
    for (const { opened } of this.#followers) opened(host);
  }

  #end({ tableId }: Lease): void {
    const begun = this.#begun.get(tableId);
    this.#begun.delete(tableId);
    begun?.host.lose();
    const host = this.hosts.get(tableId);
    if (!this.hosts.delete(tableId) || host === undefined) return;
    for (const { closed } of this.#followers) closed(host);
  }

  /**
   * The table could not be started: perhaps another process can, or this one after a pause. Throws
   * what is wrong with the table, and not that it is somebody else's now.
   */
  #failed({ lease, host }: { lease: Lease; host: NewHost }, error: unknown): void {
    // Where the table was lost and taken again meanwhile, this is of the past.
    if (error instanceof StoppedError || this.#begun.get(lease.tableId)?.host !== host) return;
    if (error instanceof StaleLeaseError) {
      this.#keeper.stale(lease);
      return;
    }
    this.#options.observer.froze(lease.tableId, error);
    this.#begun.delete(lease.tableId);
    this.#startPauses.failed(lease.tableId);
    void this.#keeper.giveUp(lease);
    throw error;
  }

  #players(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.hosts, ([tableId, { state }]) => [tableId, seatedAt(state)]));
  }

  #sort(): void {
    const open = new Map(this.hosts);
    this.hosts.clear();
    for (const { tableId } of this.configs) {
      const host = open.get(tableId);
      if (host !== undefined) this.hosts.set(tableId, host);
    }
  }
}

/** In the middle of the round, which goes on elsewhere from what the database holds. */
async function stopNow(host: TableHost): Promise<Finish> {
  await host.stop();
  return { finished: true };
}
