/**
 * A server's process as far as one table goes, for tests that end it: a pool, leases, stores and a
 * host of its own, by a clock of its own.
 *
 * It ends as by SIGKILL, between two statements (`mortalWires.ts`). What it had under way stays
 * unanswered for ever, as a dead process's would.
 */
import type { Stage } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import { expect } from "vitest";
import { createLogger } from "../platform/log.ts";
import type { Players } from "../players/players.ts";
import { createPlayers } from "../players/players.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import { createPostgresTableStores } from "../rounds/tableStore.ts";
import type { NewHost } from "../tables/host.ts";
import { createHost } from "../tables/host.ts";
import type { Lease, TableStores } from "../tables/lease.ts";
import type { OperationReply, TableEvent } from "../tables/tableHost.ts";
import { DAILY_CHIPS, STARTING_CHIPS } from "./bankRig.ts";
import type { End, Place } from "./crashPlaces.ts";
import { ManualClock } from "./manualClock.ts";
import { MortalWires } from "./mortalWires.ts";

export interface MortalOptions {
  readonly url: string;
  readonly config: TableConfig;
  readonly seedKey: Buffer;
  readonly chainLength: number;
  /** What its clock shows at first. */
  readonly now: number;
}

/** What became of a COMMIT is asked for so often, while the process is cut off. */
const AFTER_COMMIT = { tries: 5, firstMs: 1, longestMs: 10 };

export class MortalProcess {
  readonly clock: ManualClock;
  readonly events: TableEvent[] = [];
  /** Bugs that froze the table. */
  readonly froze: unknown[] = [];
  /** What the bank did not answer to, each time. */
  readonly unanswered: string[] = [];
  readonly #options: MortalOptions;
  readonly leases: TableLeases;
  readonly stores: TableStores;
  readonly players: Players;
  readonly #wires: MortalWires;
  #host: NewHost | null = null;
  #lease: Lease | null = null;

  constructor(options: MortalOptions) {
    this.#options = options;
    this.clock = new ManualClock(options.now);
    const log = createLogger("silent");
    this.#wires = new MortalWires(options.url, log);
    const { pool, pipelined } = this.#wires;
    this.leases = new TableLeases({ pool: pipelined, log, disconnected: () => undefined });
    const { clock } = this;
    const { seedKey, chainLength } = options;
    const shared = { pool, pipelined, clock, log, seedKey, chainLength, afterCommit: AFTER_COMMIT };
    this.stores = createPostgresTableStores(shared);
    const chips = { startingChips: STARTING_CHIPS, dailyChips: DAILY_CHIPS };
    this.players = createPlayers({ pool, clock, ...chips });
  }

  get host(): NewHost {
    if (this.#host === null) throw new Error("the process runs no table yet");
    return this.#host;
  }

  get epoch(): number | undefined {
    return this.#lease?.epoch;
  }

  /** Takes the table's lease as soon as it is free. */
  async take(): Promise<Lease> {
    await expect.poll(() => this.#takeFree(), { interval: 5, timeout: 10_000 }).not.toBeNull();
    return this.#lease as Lease;
  }

  /** Takes the table's lease, which has to be free now. */
  async takeAtOnce(): Promise<void> {
    expect(await this.#takeFree(), "the lease is not free").not.toBeNull();
  }

  async #takeFree(): Promise<Lease | null> {
    const [lease] = await this.leases.take([this.#options.config.tableId]);
    this.#lease ??= lease ?? null;
    return this.#lease;
  }

  /** Takes the table and starts on it. */
  async start(): Promise<this> {
    const lease = this.#lease ?? (await this.take());
    this.#host = createHost({
      config: this.#options.config,
      clock: this.clock,
      store: this.stores.of(lease),
      random: () => 0,
      observer: {
        turned: () => undefined,
        unavailable: (_, what) => this.unanswered.push(what),
        froze: (_, error) => this.froze.push(error),
      },
    });
    this.#host.subscribe((event) => this.events.push(event));
    await this.#host.start();
    return this;
  }

  /** Lets the clock go on, timer by timer, until the table has come to `stage`. */
  async until(stage: Stage): Promise<void> {
    const look = () => {
      const now = this.host.state.stage;
      if (now !== stage) this.clock.next();
      return this.host.state.stage;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(stage);
  }

  /** Lets the clock go on until the table, which is paused, has started again. */
  async untilNotPaused(): Promise<void> {
    const look = () => {
      if (!this.host.state.bankAvailable) this.clock.next();
      return this.host.state.bankAvailable;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(true);
  }

  async bet(playerId: string, op: string, chips: readonly (readonly [string, number])[]) {
    return heard(await this.host.operate({ playerId, op, kind: "bet", chips }));
  }

  async operate(playerId: string, op: string, kind: "undo" | "double"): Promise<OperationReply> {
    return heard(await this.host.operate({ playerId, op, kind, chips: [] }));
  }

  /** Plans an end for when a statement comes to `place`; resolves when one has. */
  meets(end: End, place: Place): Promise<void> {
    return this.#wires.meets(end, place);
  }

  /** Dies now. */
  die(): void {
    this.#wires.die();
  }

  /** Dies as soon as the table tells of `stage`: between two effects of one step. */
  diesTelling(stage: Stage): void {
    this.host.subscribe(() => {
      if (this.host.state.stage === stage) this.die();
    });
  }

  /** Lets the clock go on until it is dead. */
  async untilDead(): Promise<void> {
    const look = () => {
      if (!this.#wires.isDead) this.clock.next();
      return this.#wires.isDead;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(true);
  }

  /** Lets the clock go on until the bank does not answer to `what`; from then on it can. */
  async untilUnanswered(what: string): Promise<void> {
    const look = () => {
      if (!this.#wires.isCutOff) this.clock.next();
      return this.unanswered;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toContain(what);
    this.reachesBank();
  }

  /** Reaches the bank again, where it was cut off. */
  reachesBank(): void {
    this.#wires.reachBank();
  }

  /** Stops in good order, and gives the table up. */
  async stop(): Promise<void> {
    await this.host.stop();
    await this.release();
  }

  /** Lets the clock go on until the running round is over, and the host has stopped before the next. */
  async finish(): Promise<void> {
    let finished = false;
    void this.host.finish().then(() => {
      finished = true;
    });
    const look = () => {
      if (!finished) this.clock.next();
      return finished;
    };
    await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(true);
  }

  /** Gives the table up, to `receiver` where one is named. */
  async release(receiver: string | null = null): Promise<void> {
    if (this.#lease !== null) await this.leases.release([this.#lease], receiver);
  }

  /** Ends what is left of it, in good order where it lives. */
  async close(): Promise<void> {
    if (this.#wires.isStill) this.die();
    if (this.#wires.isDead) return;
    await this.#host?.stop();
    this.leases.close();
    await this.#wires.close();
  }
}

/** What the player hears of a reply: an answer that was given before is the same. */
function heard(reply: OperationReply): OperationReply {
  return "answer" in reply ? { answer: reply.answer } : reply;
}
