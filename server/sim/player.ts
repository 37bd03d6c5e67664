/**
 * A simulated player: sits at a table wherever it runs, bets and misbets, asks again until there is
 * an answer, and sometimes long after.
 */
import { feltOf } from "./auditor/rules.ts";
import type { Change, Kind, Operation, Reply } from "./auditor/terms.ts";
import type { Planned } from "./scheduler.ts";
import type { MetProcess, Surroundings } from "./surroundings.ts";

const LATER = new Set(["TABLE_PAUSED", "BANK_UNAVAILABLE"]);
/** Operations that are remembered, to be asked for again. */
const MOST_REMEMBERED = 30;

export class SimulatedPlayer {
  readonly id: string;
  readonly tableId: string;
  readonly #world: Surroundings;
  readonly #spots: readonly string[];
  #process: MetProcess | null = null;
  #seated = false;
  #operations = 0;
  /** Asked and not finally replied to. */
  readonly #open = new Map<string, Operation>();
  /** When what is open is asked for again. */
  readonly #again = new Map<string, Planned>();
  readonly #done: Operation[] = [];

  constructor(world: Surroundings, id: string, tableId: string) {
    this.#world = world;
    this.id = id;
    this.tableId = tableId;
    this.#spots = [...feltOf(world.termsOf(tableId).wheel).keys()];
    this.#plan();
  }

  /** Whether every operation got its reply. */
  get idle(): boolean {
    return this.#open.size === 0;
  }

  #plan(): void {
    const { random, scheduler, eagernessMs } = this.#world;
    scheduler.after(random.between(1, 2 * eagernessMs), () => {
      this.#act();
      this.#plan();
    });
  }

  #act(): void {
    const { random, calm } = this.#world;
    if (this.#process?.alive !== true || this.#process.at(this.tableId) === null) {
      this.#connect();
      return;
    }
    if (!this.#seated) {
      // The way in may have been lost.
      if (random.chance(0.3)) this.#connect();
      return;
    }
    if (calm) return;
    const luck = random.next();
    if (luck < 0.02) this.#leave();
    else if (luck < 0.06) this.#giveSeed();
    else if (luck < 0.1) this.#askAgain();
    else if (luck < 0.13) this.#burst();
    else this.#place();
  }

  /** Finds the table, wherever it runs. */
  #connect(): void {
    this.#seated = false;
    this.#process = this.#world.whoRuns(this.tableId);
    const process = this.#process;
    if (process !== null) this.#world.send(() => process.run(() => void this.#sit(process)));
  }

  async #sit(process: MetProcess): Promise<void> {
    const at = process.at(this.tableId);
    if (at === null) return;
    const { auditor } = this.#world;
    await at.host.sit(this.id);
    if (process.at(this.tableId)?.host !== at.host) return;
    this.#world.audit(() => auditor.sat(at.watched, this.id));
    this.#seated = true;
    // What was under way is asked for again at the new place.
    for (const operation of this.#open.values()) this.#ask(operation);
  }

  #leave(): void {
    const process = this.#process;
    this.#seated = false;
    this.#world.send(() =>
      process?.run(() => {
        const at = process.at(this.tableId);
        if (at === null) return;
        at.host.leave(this.id);
        this.#world.auditor.left(at.watched, this.id);
        this.#process = null;
      }),
    );
  }

  #giveSeed(): void {
    const process = this.#process;
    const seed = `seed-${this.#world.random.between(0, 9_999)}`;
    this.#world.send(() =>
      process?.run(() => {
        const at = process.at(this.tableId);
        if (at === null) return;
        const { fromRound } = at.host.setClientSeed(this.id, seed);
        this.#world.audit(() =>
          this.#world.auditor.seeded(at.watched, this.id, { seed, fromRound }),
        );
      }),
    );
  }

  /** Something of long ago once more, with the same content or with another. */
  #askAgain(): void {
    const { random } = this.#world;
    if (this.#done.length === 0) return;
    const earlier = random.pick(this.#done);
    const other = { ...this.#make("bet"), op: earlier.op };
    this.#ask(random.chance(0.7) ? earlier : other);
  }

  /** More at once than may wait. */
  #burst(): void {
    const count = this.#world.random.between(2, 14);
    for (let index = 0; index < count; index += 1) this.#place();
  }

  #place(): void {
    if (this.#open.size > 12) return;
    const { random } = this.#world;
    const kinds = ["bet", "bet", "bet", "bet", "undo", "clear", "double", "repeat"] as const;
    const operation = this.#make(random.pick(kinds));
    this.#open.set(operation.op, operation);
    this.#ask(operation);
  }

  #make(kind: Kind): Operation {
    this.#operations += 1;
    const op = `${this.id}-${this.#operations}`;
    const { random } = this.#world;
    const count = kind === "bet" ? random.between(1, 3) : 0;
    const chips = Array.from({ length: count }, (): Change => [this.#spot(), this.#amount()]);
    return { playerId: this.id, op, kind, chips };
  }

  #spot(): string {
    const { random } = this.#world;
    if (random.chance(0.02)) return random.pick(["straight:37", "split:1-5", "toString", ""]);
    return random.chance(0.3)
      ? random.pick(["red", "low", "straight:7"])
      : random.pick(this.#spots);
  }

  #amount(): number {
    const { random } = this.#world;
    if (random.chance(0.02)) return random.pick([0, -5, 1.5, 2 ** 53]);
    if (random.chance(0.05)) return 1;
    return random.chance(0.1) ? random.between(100, 400) : random.between(2, 30);
  }

  /** Sends the operation, and again after a while where no reply came. */
  #ask(operation: Operation, tries = 1): void {
    const { scheduler, random } = this.#world;
    const process = this.#process;
    if (process === null) return;
    this.#world.send(() => process.run(() => this.#arrive(process, operation)));
    if (!this.#open.has(operation.op)) return;
    const pauseMs = random.between(200, 1_500) * Math.min(tries, 4);
    const again = scheduler.after(pauseMs, () => {
      if (this.#open.get(operation.op) !== operation || !this.#seated) return;
      if (this.#process === process) this.#ask(operation, tries + 1);
    });
    const earlier = this.#again.get(operation.op);
    if (earlier !== undefined) earlier.cancelled = true;
    this.#again.set(operation.op, again);
  }

  #arrive(process: MetProcess, operation: Operation): void {
    const at = process.at(this.tableId);
    if (at === null || !at.host.state.players.get(this.id)?.seated) {
      // The room takes nothing from who does not sit there: the connection ends.
      this.#seated = false;
      return;
    }
    const { host, watched } = at;
    const request = this.#world.nextRequest();
    const delivered = { request, operation, now: process.now() };
    this.#world.audit(() => this.#world.auditor.delivered(watched, delivered));
    void host.operate(operation).then((reply) => {
      this.#world.audit(() => this.#world.auditor.replied(watched, request, reply));
      this.#world.send(() => this.#hear(operation, reply));
    });
    this.#world.afterwards(() => watched.shadow?.settled(this.id));
  }

  #hear(operation: Operation, reply: Reply): void {
    if (this.#open.get(operation.op) !== operation) return;
    if ("refusal" in reply && LATER.has(reply.refusal.code)) return;
    this.#open.delete(operation.op);
    const again = this.#again.get(operation.op);
    if (again !== undefined) again.cancelled = true;
    this.#again.delete(operation.op);
    this.#done.push(operation);
    if (this.#done.length > MOST_REMEMBERED) this.#done.shift();
  }
}
