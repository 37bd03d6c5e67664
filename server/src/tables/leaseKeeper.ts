/**
 * Keeps this process's leases alive, and takes tables that nobody runs.
 *
 *   wanted ──(free: taken)──▶ held ──(renewed, again and again)──▶ held
 *      ▲                        │
 *      └──(somebody else has it,┘
 *          or is to have it)
 *
 * One beat does both. While the database is away a lease is believed in: nobody else can take it
 * either, and whatever is written meanwhile is refused should it be stale.
 */
import type { Clock, Timer } from "../platform/clock.ts";
import type { Lease, LeaseStore } from "./lease.ts";
import { BEAT_MS } from "./lease.ts";
import type { TableShare } from "./tableShare.ts";

export interface LeaseKeeperOptions {
  readonly leases: LeaseStore;
  readonly clock: Clock;
  /** The tables that this process would run. */
  readonly wanted: readonly string[];
  /** Whether a table is to be left to others for a while; none is where this is not there. */
  readonly mayTake?: (tableId: string) => boolean;
  /** Which of them are this process's among others; all that are free where there is none. */
  readonly share?: TableShare;
  /** The share grew too large: the table is to be given up when its round is over. */
  readonly handOver?: (tableId: string) => void;
  /** It did not: where the table was to be given up, it stays. */
  readonly stay?: (tableId: string) => void;
  /** The table is this process's to run, from now until `lost`. */
  readonly got: (lease: Lease) => void;
  /** Somebody else runs the table now. */
  readonly lost: (lease: Lease) => void;
  /** A beat failed; the next one comes in its time. */
  readonly failed: (error: unknown) => void;
}

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #held = new Map<string, Lease>();
  /** Tables that are being given up, or were since the last beat began; true: the store has answered. */
  readonly #givenUp = new Map<string, boolean>();
  #timer: Timer | null = null;
  #beating: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** Beats now, and from then on in its time; while a beat is under way, once more after it. */
  beat(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (this.#beating !== null) {
      this.#again = true;
      return this.#beating;
    }
    this.#timer?.cancel();
    this.#beating = this.#beatUntilQuiet().finally(() => {
      this.#beating = null;
      this.#schedule();
    });
    return this.#beating;
  }

  /** A write of this lease was refused: it is lost before a beat could tell. */
  stale(lease: Lease): void {
    if (this.#held.get(lease.tableId)?.epoch !== lease.epoch) return;
    this.#held.delete(lease.tableId);
    this.#options.lost(lease);
  }

  /** Gives a lease up, so that the next beat (here or elsewhere) takes it anew. */
  async giveUp(lease: Lease, receiver: string | null = null): Promise<void> {
    if (this.#held.get(lease.tableId)?.epoch !== lease.epoch) return;
    this.#held.delete(lease.tableId);
    this.#givenUp.set(lease.tableId, false);
    await this.#options.leases.release([lease], receiver).catch(this.#options.failed);
    this.#givenUp.set(lease.tableId, true);
  }

  /** Takes nothing more, waits for `tablesStop`, and gives everything up. */
  async stop(tablesStop: () => Promise<unknown>): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#beating;
    await tablesStop();
    const leases = [...this.#held.values()];
    this.#held.clear();
    if (leases.length > 0) await this.#options.leases.release(leases).catch(this.#options.failed);
  }

  async #beatUntilQuiet(): Promise<void> {
    do {
      this.#again = false;
      // What was answered before this beat's census is seen in it.
      for (const [tableId, done] of this.#givenUp) if (done) this.#givenUp.delete(tableId);
      try {
        await this.#renew();
        await this.#options.share?.look();
        await this.#take();
        this.#handOver();
      } catch (error) {
        this.#options.failed(error);
      }
    } while (this.#again && !this.#stopped);
  }

  async #renew(): Promise<void> {
    const held = [...this.#held.values()];
    const kept = new Set((await this.#options.leases.renew(held)).map(({ tableId }) => tableId));
    for (const lease of held) if (!kept.has(lease.tableId)) this.stale(lease);
  }

  async #take(): Promise<void> {
    const { wanted, mayTake, share, leases } = this.#options;
    const missing = wanted.filter(
      (tableId) =>
        !this.#held.has(tableId) && !this.#givenUp.has(tableId) && mayTake?.(tableId) !== false,
    );
    const due = share?.toTake(missing) ?? missing;
    if (due.length === 0 || this.#stopped) return;
    for (const lease of await leases.take(due)) {
      this.#held.set(lease.tableId, lease);
      if (!this.#stopped) this.#options.got(lease);
    }
  }

  #handOver(): void {
    const { share, handOver, stay } = this.#options;
    for (const tableId of share?.toHandOver() ?? []) {
      if (this.#held.has(tableId)) handOver?.(tableId);
    }
    for (const tableId of this.#held.keys()) if (share?.isToStay(tableId)) stay?.(tableId);
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    this.#timer = clock.at(clock.now() + BEAT_MS, () => void this.beat());
  }
}
