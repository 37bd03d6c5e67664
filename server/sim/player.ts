/**
 * A simulated player: sits at a table wherever it runs, bets and misbets, asks again until there is
 * an answer, and sometimes long after.
 */
import { phaseOf } from "@croupier/shared/core/table/state";
import type { Answer, Kind, Operation, Reply } from "./auditor/terms.ts";
import type { Planned } from "./scheduler.ts";
import type { MetProcess, Surroundings } from "./surroundings.ts";
import { Wishes } from "./wishes.ts";

const KINDS = ["bet", "bet", "bet", "bet", "undo", "clear", "double", "repeat"] as const;
const LATER = new Set(["TABLE_PAUSED", "BANK_UNAVAILABLE"]);
/** Operations that are remembered, to be asked for again. */
const MOST_REMEMBERED = 30;
/** Operations without a reply. */
const MOST_OPEN = 12;
/** Operations that one player gets in while betting is open for long: more than a round may have. */
const DRUMMED = 560;
/** The first ones place chips, more often than can be undone; the next ones take them back. */
const DRUMMED_BETS = 130;
const DRUMMED_UNDOS = 120;
const DRUM_MS = 6;
/** So many of them in one round, and whoever runs the table may die: the next one reads them all. */
const VERY_MANY = 255;
/** Wide batches and clears of one player: with more changes than a round may have. */
const SWEPT = 18;
const SWEEP_MS = 40;
/** In between they go, when none of their chips lie there, and come back: what they did still counts. */
const SWEPT_BEFORE_LEAVING = 8;
/** Of what players come to think of while they see that betting is over, the share that they ask for. */
const UNTIMELY = 0.25;
/** What is shown then. */
const OVER = new Set(["closing", "spinning", "result"]);
/** Operations of one player who takes the house to its limit. */
const PUSHED = 16;
const PUSH_MS = 50;
/** Bets of one player that are sent so long before betting ends that some arrive in that moment. */
const LAST_BETS = 8;
const LAST_MS = 30;
/** Of a seated player's acts, the share at which the connection breaks, in houses where it does. */
const DROPPED = 0.02;
/** For how long the house keeps the seat, in the player's acts. */
const MOST_KEPT = 4;

export interface PlayerOptions {
  readonly id: string;
  readonly tableId: string;
  /** The same player, who sits at another table too. */
  readonly elsewhere?: SimulatedPlayer;
}

export class SimulatedPlayer {
  readonly id: string;
  readonly tableId: string;
  readonly #world: Surroundings;
  readonly #wishes: Wishes;
  #process: MetProcess | null = null;
  #seated = false;
  /** Grows with each one that broke: what is on its way to an earlier one is lost. */
  #connection = 0;
  /** Where they sat last; null before they come, and once they have left. */
  #satAt: MetProcess | null = null;
  /** How often they have sat down. */
  #sittings = 0;
  #operations = 0;
  /** As it was told last. */
  #stake = 0;
  /** The round of the last answer, and how many came in it. */
  #answered = { round: 0, times: 0 };
  /** Asked and not finally replied to. */
  readonly #open = new Map<string, Operation>();
  /** When what is open is asked for again. */
  readonly #again = new Map<string, Planned>();
  /** At all their tables. */
  readonly #done: Operation[];
  /** Of a seated player's acts, the share in which they ask for something once more. */
  readonly #askedAgain: number;

  constructor(world: Surroundings, { id, tableId, elsewhere }: PlayerOptions) {
    this.#world = world;
    this.id = id;
    this.tableId = tableId;
    this.#done = elsewhere === undefined ? [] : elsewhere.#done;
    this.#askedAgain = elsewhere === undefined ? 0.04 : 0.2;
    this.#wishes = new Wishes(world.random, world.termsOf(tableId));
    this.#plan();
  }

  /** Whether every operation got its reply. */
  get idle(): boolean {
    return this.#open.size === 0;
  }

  #plan(): void {
    const { random, scheduler, eagernessMs } = this.#world;
    scheduler.plainlyAfter(random.between(1, 2 * eagernessMs), () => {
      this.#act();
      this.#plan();
    });
  }

  #act(): void {
    const { random, calm, dropping, drumming, pushing, rough } = this.#world;
    if (this.#process?.alive !== true || this.#process.at(this.tableId) === null) {
      if (this.#seated) this.#count("fault: connection lost with its table");
      this.#connect();
      return;
    }
    if (!this.#seated) {
      // The way in may have been lost.
      if (random.chance(0.3)) this.#connect();
      return;
    }
    if (calm) return;
    if (dropping && random.chance(DROPPED)) {
      this.#drop();
      return;
    }
    const luck = random.next();
    if (luck < (drumming ? 0.08 : 0.005) && this.#bettingMs() > DRUMMED * DRUM_MS) this.#drum(0);
    else if (drumming && luck > 0.98 && this.#bettingMs() > SWEPT * SWEEP_MS) this.#sweep(0);
    else if (pushing && luck > 0.8) this.#push(0);
    else if (rough && luck > 0.9) this.#placeLast();
    else if (luck < 0.02) this.#leave();
    else if (luck < 0.06) this.#giveSeed();
    else if (luck < 0.06 + this.#askedAgain) this.#askAgain();
    else if (luck < 0.09 + this.#askedAgain) this.#burst();
    else if (!this.#seesBettingOver() || random.chance(UNTIMELY)) this.#place();
  }

  #seesBettingOver(): boolean {
    const { host } = this.#process?.at(this.tableId) ?? {};
    return host !== undefined && OVER.has(phaseOf(host.state));
  }

  /** Finds the table, wherever it runs. */
  #connect(): void {
    this.#seated = false;
    this.#process = this.#world.whoRuns(this.tableId);
    const process = this.#process;
    if (process !== null) this.#send(() => process.run(() => void this.#sit(process)));
  }

  async #sit(process: MetProcess): Promise<void> {
    const at = process.at(this.tableId);
    if (at === null) return;
    const { auditor, bank } = this.#world;
    this.#sittings += 1;
    if (at.host.state.players.get(this.id)?.seated === true) {
      this.#count("seen: player sat down on a seat that was kept");
    }
    await at.host.sit(this.id);
    at.host.tellVoided(this.id, bank.balanceOf(this.id));
    if (process.at(this.tableId)?.host !== at.host) return;
    this.#world.audit(() => auditor.sat(at.watched, this.id, at.host.ownLayout(this.id)));
    this.#countSitting(process, at.host.ownLayout(this.id).stake > 0);
    this.#seated = true;
    // What was under way is asked for again at the new place.
    for (const operation of this.#open.values()) this.#ask(operation);
  }

  #countSitting(process: MetProcess, hasChips: boolean): void {
    const earlier = this.#satAt;
    this.#satAt = process;
    if (earlier === null) this.#count("seen: player joined");
    else if (this.#seated) this.#count("seen: player joined twice");
    else {
      this.#count("seen: player came back");
      if (process !== earlier) this.#count("seen: player came back at another process");
      if (hasChips) this.#count("seen: player came back to chips on the felt");
      if (this.#open.size > 0) this.#count("seen: player came back and asked again");
    }
  }

  #leave(): void {
    const process = this.#process;
    this.#seated = false;
    this.#send(() =>
      process?.run(() => {
        if (!this.#giveUpSeat(process)) return;
        if (this.#satAt !== null) this.#count("seen: player left");
        this.#satAt = null;
        this.#process = null;
      }),
    );
  }

  /** The connection breaks; the house keeps the seat for a while. */
  #drop(): void {
    const { random, scheduler, eagernessMs } = this.#world;
    const process = this.#process;
    const sittings = this.#sittings;
    this.#count("fault: connection dropped");
    this.#connection += 1;
    this.#seated = false;
    this.#process = null;
    scheduler.after(random.between(1, MOST_KEPT * eagernessMs), () =>
      process?.run(() => {
        if (this.#sittings !== sittings) return;
        if (this.#giveUpSeat(process)) this.#count("seen: seat given up after a drop");
      }),
    );
  }

  #giveUpSeat(process: MetProcess): boolean {
    const at = process.at(this.tableId);
    if (at === null) return false;
    at.host.leave(this.id);
    this.#world.auditor.left(at.watched, this.id);
    return true;
  }

  #giveSeed(): void {
    const process = this.#process;
    const seed = `seed-${this.#world.random.between(0, 9_999)}`;
    this.#send(() =>
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

  /** Something of long ago once more, or its op for something else of whatever kind. */
  #askAgain(): void {
    const { random } = this.#world;
    if (this.#done.length === 0) return;
    const earlier = random.pick(this.#done);
    const other = { ...this.#wish(random.pick(KINDS)), op: earlier.op };
    this.#ask(random.chance(0.7) ? earlier : other);
  }

  /** More at once than may wait. */
  #burst(): void {
    const count = this.#world.random.between(2, 14);
    for (let index = 0; index < count; index += 1) this.#place();
  }

  /** For how long the table takes bets yet. */
  #bettingMs(): number {
    const { host } = this.#process?.at(this.tableId) ?? {};
    if (host?.state.stage !== "betting") return 0;
    return host.state.phaseEndsAt - (this.#process?.now() ?? 0);
  }

  /** One small operation after the other, as fast as they are answered. */
  #drum(beat: number): void {
    const turns = beat - DRUMMED_BETS;
    const undoes = turns >= 0 && (turns < DRUMMED_UNDOS || turns % 2 === 0);
    const drummed = this.#wish(undoes ? "undo" : "bet");
    if (this.#seated) this.#begin(undoes ? drummed : { ...drummed, chips: this.#wishes.least() });
    if (beat < DRUMMED) this.#world.scheduler.plainlyAfter(DRUM_MS, () => this.#drum(beat + 1));
  }

  /** Chips on all of the felt, and off it again. */
  #sweep(beat: number): void {
    if (beat === SWEPT_BEFORE_LEAVING) this.#leave();
    else if (beat === SWEPT_BEFORE_LEAVING + 1) this.#connect();
    else if (this.#seated) {
      const swept = this.#wish(beat % 2 === 0 ? "bet" : "clear");
      this.#begin(beat % 2 === 0 ? { ...swept, chips: this.#wishes.wide() } : swept);
    }
    if (beat < SWEPT) this.#world.scheduler.plainlyAfter(SWEEP_MS, () => this.#sweep(beat + 1));
  }

  /** As the last of all. */
  #placeLast(): void {
    const { scheduler } = this.#world;
    const leftMs = this.#bettingMs() - LAST_MS;
    if (leftMs < 0) return;
    for (let bets = 0; bets < LAST_BETS; bets += 1) {
      scheduler.plainlyAfter(leftMs + bets, () => {
        if (this.#seated) this.#begin(this.#wish("bet"));
      });
    }
  }

  /** Chips for and against one number, and some off again: others do the same, and the house is at its limit. */
  #push(beat: number): void {
    const { host } = this.#process?.at(this.tableId) ?? {};
    const turn = beat % 3;
    const pushed = this.#wish(turn === 2 ? "undo" : "bet");
    const { totalStake = 0 } = host?.state ?? {};
    const chips = [this.#wishes.against(), this.#wishes.most(totalStake), []][turn] ?? [];
    if (this.#seated) this.#begin({ ...pushed, chips });
    if (beat < PUSHED) this.#world.scheduler.plainlyAfter(PUSH_MS, () => this.#push(beat + 1));
  }

  #place(): void {
    this.#begin(this.#wish(this.#world.random.pick(KINDS)));
  }

  #wish(kind: Kind): Operation {
    this.#operations += 1;
    const op = `${this.id}-${this.tableId}-${this.#operations}`;
    const chips = kind === "bet" ? this.#wishes.chips(this.#stake) : [];
    return { playerId: this.id, op, kind, chips };
  }

  #begin(operation: Operation): void {
    if (this.#open.size > MOST_OPEN) return;
    this.#open.set(operation.op, operation);
    this.#ask(operation);
  }

  /** Sends the operation, and again after a while where no reply came. */
  #ask(operation: Operation, tries = 1): void {
    const { scheduler, random } = this.#world;
    const process = this.#process;
    if (process === null) return;
    const connection = this.#connection;
    this.#send(() => process.run(() => this.#arrive(process, operation, connection)));
    if (!this.#open.has(operation.op)) return;
    const pauseMs = random.between(200, 1_500) * Math.min(tries, 4);
    const again = scheduler.plainlyAfter(pauseMs, () => {
      if (this.#open.get(operation.op) !== operation || !this.#seated) return;
      if (this.#process === process) this.#ask(operation, tries + 1);
    });
    const earlier = this.#again.get(operation.op);
    if (earlier !== undefined) earlier.cancelled = true;
    this.#again.set(operation.op, again);
  }

  #arrive(process: MetProcess, operation: Operation, connection: number): void {
    const at = process.at(this.tableId);
    if (at === null || !at.host.state.players.get(this.id)?.seated) {
      // The room takes nothing from who does not sit there: the connection ends.
      if (this.#seated) this.#count("fault: connection ended by the room");
      this.#seated = false;
      return;
    }
    const { host, watched } = at;
    const request = this.#world.nextRequest();
    const delivered = { request, operation, now: process.now() };
    this.#world.audit(() => this.#world.auditor.delivered(watched, delivered));
    void host.operate(operation).then((reply) => {
      if (!process.effect()) return;
      this.#world.audit(() => this.#world.auditor.replied(watched, request, reply));
      this.#world.tell(`to ${this.id}`, () => {
        if (connection === this.#connection) this.#hear(operation, reply);
        else this.#count("fault: reply lost with its connection");
      });
    });
    this.#world.afterwards(() => {
      watched.shadow?.settled(this.id);
      this.#world.auditor.settled(watched);
    });
  }

  #heardAnswer({ stake, round }: Answer): void {
    this.#stake = stake;
    const times = round === this.#answered.round ? this.#answered.times + 1 : 1;
    this.#answered = { round, times };
    if (times === VERY_MANY) this.#world.drummed(this.tableId);
  }

  #send(deliver: () => void): void {
    this.#world.send(`from ${this.id}`, deliver);
  }

  #count(what: string): void {
    this.#world.counts.add(what);
  }

  #hear(operation: Operation, reply: Reply): void {
    if (this.#open.get(operation.op) !== operation) return;
    if ("answer" in reply) this.#heardAnswer(reply.answer);
    if ("refusal" in reply && LATER.has(reply.refusal.code)) return;
    this.#open.delete(operation.op);
    const again = this.#again.get(operation.op);
    if (again !== undefined) again.cancelled = true;
    this.#again.delete(operation.op);
    this.#done.push(operation);
    if (this.#done.length > MOST_REMEMBERED) this.#done.shift();
  }
}
