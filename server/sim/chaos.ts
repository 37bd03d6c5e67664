/**
 * What goes wrong in a simulated house: how likely calls and messages are to fail, how the database
 * is, and one stroke after another, until calm.
 */
import { LEASE_MS } from "../src/tables/lease.ts";
import type { Deadlines } from "./auditor/deadlines.ts";
import type { Counts } from "./counts.ts";
import { SLOW_MS } from "./link.ts";
import type { Places } from "./places.ts";
import type { SimulatedProcess } from "./process.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Faults } from "./setting.ts";
import { CALM } from "./setting.ts";

/** Of a timer, in a rough house. */
const MOST_LATE_MS = 2;
/** Effects that a process has left, where it is to die in a step. */
const MOST_EFFECTS_LEFT = 12;
/** Of the clocks that jump, those that jump far: most of them by more than clocks may differ. */
const FAR_JUMP = 0.05;
const FAR_MS = [30_000, 300_000] as const;
const DROPPED_OFF = 0.2;
const LONGER_THAN_A_LEASE_MS = [LEASE_MS + 100, 9_000] as const;
const STRUCK_DOWN = 0.5;
/** How long a place stays empty, and the bank in a bad mood, at most; and where that lasts. */
const MOST_EMPTY_MS = { usual: 2_500, lasting: 12_000 };
const MOST_MOODY_MS = { usual: 5_000, lasting: 15_000 };

export interface ChaosOptions {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly counts: Counts;
  readonly places: Places;
  readonly deadlines: Deadlines;
  readonly faults: Faults;
  /** Processes share the tables: one that is stopped hands its own over first. */
  readonly sharing: boolean;
  /** Processes die between two effects of one step, and timers are late. */
  readonly rough: boolean;
  /** Processes fall asleep as they take a table. */
  readonly drowsy: boolean;
  /** What is gone stays away for longer. */
  readonly lasting: boolean;
  /** Gives a table another game, from the next start on. */
  readonly changeGame: () => void;
  /** Told of each stroke. */
  readonly note: (line: string) => void;
}

export class Chaos {
  /** How the database is. */
  readonly mood = { away: false, slow: false };
  readonly #options: ChaosOptions;
  #calm = false;

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  get calm(): boolean {
    return this.#calm;
  }

  get faults(): Faults {
    return this.#calm ? CALM : this.#options.faults;
  }

  /** Whether so long a time ever passes between two strokes. */
  leaves(ms: number): boolean {
    return 2 * this.#options.faults.chaosMs >= ms;
  }

  /** How late a timer is. */
  lateMs(): number {
    const { random, rough } = this.#options;
    return rough ? random.between(0, MOST_LATE_MS) : 0;
  }

  /** A process has taken a table, and has not read its past yet. */
  took(process: SimulatedProcess): void {
    const { random, drowsy } = this.#options;
    if (this.#calm || !drowsy || !random.chance(DROPPED_OFF)) return;
    this.#sleep(process, random.between(...LONGER_THAN_A_LEASE_MS));
  }

  /** Whoever runs a table in which very much was done dies. */
  strikeDown(process: SimulatedProcess): void {
    if (!this.#calm && this.#options.random.chance(STRUCK_DOWN)) this.#kill(process);
  }

  /** Plans the next stroke, and so on. */
  begin(): void {
    const { scheduler, random, faults } = this.#options;
    scheduler.after(random.between(1, 2 * faults.chaosMs), () => {
      if (this.#calm) return;
      // What lasts is waited for: else hardly anybody would be there as before when it is over.
      if (!this.#options.lasting || !this.mood.away) this.#strike();
      this.begin();
    });
  }

  /** It is over: everything that was down comes back. */
  end(): void {
    this.#calm = true;
    this.#endMood();
    for (const process of this.#options.places.all) process.wake();
    this.#options.note("calm");
  }

  #strike(): void {
    const { random, places, changeGame } = this.#options;
    const process = places.at(random.between(0, places.count - 1));
    const luck = random.next();
    if (luck < 0.35) this.#kill(process);
    else if (luck < 0.45) this.#stop(process);
    else if (luck < 0.65) this.#sleep(process, random.between(50, 9_000));
    else if (luck < 0.75) this.#jump(process);
    else if (luck < 0.97) this.#leaveBank();
    else {
      this.#hit("wheel changed");
      changeGame();
    }
  }

  #kill(process: SimulatedProcess | null): void {
    const { random, rough } = this.#options;
    if (process === null) return;
    if (rough) {
      process.doom(random.between(1, MOST_EFFECTS_LEFT), () => {
        this.#hit("process killed between two effects", process);
        this.#replace(process);
      });
      return;
    }
    this.#hit("process killed", process);
    process.kill();
    this.#replace(process);
  }

  #stop(process: SimulatedProcess | null): void {
    const { random, places, sharing } = this.#options;
    if (process?.awake !== true) return;
    this.#hit("process stopped in good order", process);
    const place = places.free(process);
    if (sharing) void places.leave(process, random.between(50, 12_000));
    else void process.stop();
    this.#fillLater(place);
  }

  #replace(process: SimulatedProcess): void {
    this.#fillLater(this.#options.places.free(process));
  }

  /** One that was leaving has a successor already. */
  #fillLater(place: number | null): void {
    if (place === null) return;
    const { scheduler, random, places } = this.#options;
    scheduler.after(random.between(1, MOST_EMPTY_MS[this.#lasts]), () => places.fill(place));
  }

  #sleep(process: SimulatedProcess | null, forMs: number): void {
    const { scheduler } = this.#options;
    if (process?.awake !== true) return;
    this.#hit("process fell asleep", process);
    process.sleep();
    scheduler.after(forMs, () => {
      if (!process.alive) return;
      this.#hit("process woke", process);
      process.wake();
    });
  }

  #jump(process: SimulatedProcess | null): void {
    if (process === null) return;
    const { random } = this.#options;
    // Forward alone: a clock that is set far back stands for a process that lives (specification, 8).
    if (random.chance(FAR_JUMP)) {
      this.#hit("clock jumped far forward", process);
      process.jump(random.between(...FAR_MS));
      return;
    }
    const byMs = random.between(-4_000, 4_000);
    this.#hit(byMs < 0 ? "clock jumped back" : "clock jumped forward", process);
    process.jump(byMs);
  }

  #leaveBank(): void {
    const { random, scheduler, note } = this.#options;
    if (this.mood.away || this.mood.slow) return;
    const mood = random.chance(0.6) ? "away" : "slow";
    this.mood[mood] = true;
    this.#options.deadlines.bankIsKept();
    this.#hit(`bank ${mood}`);
    scheduler.after(random.between(20, MOST_MOODY_MS[this.#lasts]), () => {
      if (this.#calm) return;
      this.#endMood();
      note("the bank is as ever");
    });
  }

  get #lasts(): "usual" | "lasting" {
    return this.#options.lasting ? "lasting" : "usual";
  }

  #endMood(): void {
    const { mood } = this;
    if (!mood.away && !mood.slow) return;
    this.#options.deadlines.bankIsBack(mood.slow ? SLOW_MS : 0);
    mood.away = false;
    mood.slow = false;
  }

  #hit(fault: string, process?: SimulatedProcess): void {
    const { counts, note } = this.#options;
    counts.add(`fault: ${fault}`);
    note(`${fault} ${process?.id ?? ""}`);
  }
}
