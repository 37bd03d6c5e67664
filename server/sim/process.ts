/** One simulated server process: real tables on a clock and links of its own. */

import { phaseOf } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Clock } from "../src/platform/clock.ts";
import { isOfBank } from "../src/tables/store.ts";
import type { TableHost } from "../src/tables/tableHost.ts";
import { Tables } from "../src/tables/tables.ts";
import type { TableTerms, View } from "./auditor/terms.ts";
import { AuditError, check } from "./auditor/terms.ts";
import type { WatchedHost } from "./auditor/watchedHost.ts";
import { Link, PutInError } from "./link.ts";
import type { MetProcess, Surroundings } from "./surroundings.ts";

/** What a process lives in. */
export interface ProcessSurroundings extends Surroundings {
  /** A process has taken a table, and begins there. */
  took(process: SimulatedProcess): void;
}

export class SimulatedProcess implements MetProcess {
  readonly id: string;
  readonly tables: Tables;
  readonly #world: ProcessSurroundings;
  readonly #watched = new Map<string, WatchedHost>();
  /** What arrived while it slept. */
  readonly #backlog: (() => void)[] = [];
  /** How far its clock is from the true time. */
  #skewMs = 0;
  #life: "awake" | "asleep" | "dead" = "awake";
  #stopping = false;
  /** Dies instead of its so many'th effect from now on. */
  #doom: { effects: number; readonly died: () => void } | null = null;

  constructor(world: ProcessSurroundings, id: string, configs: readonly TableConfig[]) {
    this.#world = world;
    this.id = id;
    world.deadlines.began(id);
    const link = new Link(world, this);
    const leases = link.leases();
    this.tables = new Tables({
      configs,
      leases,
      ...(world.sharing ? { census: leases } : {}),
      stores: {
        of: (lease) => {
          const config = configs.find(({ tableId }) => tableId === lease.tableId);
          if (config === undefined) throw new Error(`no table ${lease.tableId}`);
          const name = `${id}/${lease.tableId}/${lease.epoch}`;
          const host = world.auditor.hosting(name, termsOf(config), lease.epoch);
          this.#watched.set(lease.tableId, host);
          return link.store(lease, host);
        },
      },
      clock: this.#clock(),
      random: world.random.next,
      observer: this.#observer(),
    });
    this.tables.follow({
      opened: (host) => this.#opened(host),
      closed: ({ config: { tableId } }) => this.#closed(tableId),
    });
  }

  get alive(): boolean {
    return this.#life !== "dead";
  }

  get awake(): boolean {
    return this.#life === "awake";
  }

  now(): number {
    return this.#world.scheduler.now + this.#skewMs;
  }

  run(act: () => void): void {
    if (this.#life === "awake") act();
    else if (this.#life === "asleep") this.#backlog.push(act);
  }

  /** Everything that was under way is gone. */
  kill(): void {
    for (const host of this.tables.hosts.values()) {
      this.#world.counts.add(`killed while ${host.state.stage}`);
    }
    this.#dies();
    this.#backlog.length = 0;
  }

  /** Dies instead of its `effects`th effect from now on, in the middle of whatever that belongs to. */
  doom(effects: number, died: () => void): void {
    this.#doom ??= { effects, died };
  }

  effect(): boolean {
    if (this.#life === "dead") return false;
    const doom = this.#doom;
    if (doom === null) return true;
    doom.effects -= 1;
    if (doom.effects > 0) return true;
    // What it did before in this very step happened; the rest of it did not.
    for (const watched of this.#watched.values()) this.#world.auditor.stopped(watched);
    this.kill();
    doom.died();
    return false;
  }

  /** Hands its tables over, as long as its patience lasts, and stops in good order. */
  async leave(patienceMs: number): Promise<void> {
    this.#world.deadlines.leaves(this.id);
    const { promise: impatient, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock().at(this.now() + patienceMs, resolve);
    await Promise.race([this.tables.drain(), impatient]);
    timer.cancel();
    await this.stop();
  }

  /** Stops in good order; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#world.deadlines.leaves(this.id);
    await this.tables.stop();
    this.#dies();
  }

  #dies(): void {
    this.#life = "dead";
    this.#world.deadlines.died(this.id);
  }

  sleep(): void {
    if (this.#life !== "awake") return;
    this.#life = "asleep";
    this.#world.deadlines.fellAsleep(this.id);
  }

  /** Goes on with what arrived meanwhile, as if nothing had happened. */
  wake(): void {
    if (this.#life !== "asleep") return;
    this.#life = "awake";
    this.#world.deadlines.woke(this.id);
    for (const act of this.#backlog.splice(0)) {
      this.#world.scheduler.after(0, () => this.run(act));
    }
  }

  jump(byMs: number): void {
    this.#skewMs += byMs;
    this.#world.deadlines.hindered(this.id);
  }

  at(tableId: string): { host: TableHost; watched: WatchedHost } | null {
    const host = this.tables.hosts.get(tableId);
    const watched = this.#watched.get(tableId);
    return host === undefined || watched === undefined ? null : { host, watched };
  }

  #clock(): Clock {
    return {
      now: () => this.now(),
      at: (atMs, callback) => {
        const delayMs = atMs - this.now() + this.#world.lateMs();
        const planned = this.#world.scheduler.after(delayMs, () => {
          // A timer that was cancelled while its process slept does not fire when that wakes.
          this.run(() => {
            if (!planned.cancelled) callback();
          });
        });
        return {
          cancel: () => {
            planned.cancelled = true;
          },
        };
      },
    };
  }

  #observer() {
    const { counts, auditor } = this.#world;
    return {
      turned: () => undefined,
      unavailable: () => undefined,
      froze: (tableId: string, error: unknown) => {
        if (!this.alive) return;
        const watched = this.#watched.get(tableId);
        if (watched !== undefined) {
          if (watched.posting > 0) counts.add("seen: operation under way while its table froze");
          auditor.froze(watched, { ofBank: isOfBank(error) });
          this.#still(watched);
          // One that could not even begin has nobody to tell.
          const isOpen = this.at(tableId) !== null;
          this.#world.afterwards(() => {
            if (!this.alive || !isOpen) return;
            check(watched.frozenTold, () => `${watched.id} tells nobody that it froze`);
          });
        }
        if (isOfBank(error) || error instanceof PutInError) return;
        const what = `${this.id}: ${tableId} froze: ${error}`;
        this.#world.found(new AuditError(what, { cause: error }));
      },
      leased: () => {
        counts.add("fault: lease taken");
        this.#world.took(this);
      },
      handedOver: () => counts.add("seen: table handed over"),
      unleased: () => counts.add("fault: lease lost"),
      noBeat: () => undefined,
    };
  }

  #opened(host: TableHost): void {
    const { tableId } = host.config;
    const watched = this.#watched.get(tableId);
    if (watched === undefined) return;
    const { auditor, counts } = this.#world;
    const audit = (look: () => void) => this.#world.audit(look);
    const { stop } = host;
    // By itself at the end of a round, where the table is to be handed over; or with its process, which
    // waits for a running beat of its leases before it stops them: bets are taken until then.
    host.stop = () => {
      audit(() => auditor.stops(watched, { byItself: !this.#stopping }));
      // What is in flight is answered yet.
      return stop.call(host).finally(() => this.#still(watched));
    };
    const turned = () => {
      audit(() => auditor.turned(watched, viewOf(host), this.now()));
      this.#world.afterwards(() => auditor.settled(watched));
    };
    host.subscribe((event) => {
      if (!this.effect()) return;
      switch (event.type) {
        case "turn":
          turned();
          break;
        case "result":
          audit(() => watched.told.resulted(event.result));
          this.#world.afterwards(() => auditor.settled(watched));
          break;
        case "voided":
          audit(() => watched.voids.told(event));
          break;
        case "froze":
          audit(() => auditor.toldFrozen(watched, viewOf(host)));
          break;
        case "lost":
          auditor.lost(watched);
          this.#still(watched);
          break;
        case "moved":
          if (this.#stopping && !watched.ending)
            counts.add("seen: bet while its process waits to stop");
          audit(() => watched.told.moved(event.playerId, event.changes));
          break;
      }
    });
    turned();
  }

  #closed(tableId: string): void {
    const watched = this.#watched.get(tableId);
    if (watched !== undefined && !watched.ending) this.#still(watched);
    this.#watched.delete(tableId);
  }

  #still(host: WatchedHost): void {
    const { auditor } = this.#world;
    auditor.stopped(host);
    this.#world.afterwards(() => {
      if (this.alive) auditor.still(host);
    });
  }
}

function viewOf({ state }: TableHost): View {
  const { round, phaseEndsAt, commitment, entropy, betsDigest, pocket, seed } = state;
  const { totalStake, lastPockets } = state;
  const shown = { round, phaseEndsAt, commitment, entropy, betsDigest, pocket, seed, totalStake };
  return { ...shown, phase: phaseOf(state), lastPockets: [...lastPockets] };
}

export function termsOf({ limits, ...config }: TableConfig): TableTerms {
  const { tableId, wheel, zeroRule, bettingMs, closingMs, spinningMs, resultMs } = config;
  const { min, max, playerMax, houseMax } = limits;
  const lastsMs = {
    betting: bettingMs,
    closing: closingMs,
    spinning: spinningMs,
    result: resultMs,
  };
  const most = { min, spotMax: max, playerMax, houseMax };
  return { tableId, wheel, zeroRule, bettingMs, lastsMs, ...most };
}
