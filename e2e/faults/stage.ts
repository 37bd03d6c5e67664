/**
 * Where faults are inflicted: a database, the server that runs the tables, the one address in front
 * of it that players know, and a crowd that plays.
 *
 *   crowd ──▶ front ──▶ house ──▶ database
 *
 * A house of several processes has a front of its own: the proxy.
 */
import { randomBytes } from "node:crypto";
import type { Random } from "../bots/random.ts";
import { createRandom } from "../bots/random.ts";
import { quickTables } from "../src/testing/server.ts";
import { Audits } from "./audits.ts";
import { Crowd } from "./crowd.ts";
import type { OutsideDatabase } from "./database.ts";
import { startDatabase } from "./database.ts";
import { Forwarder } from "./forwarder.ts";
import type { House } from "./house.ts";
import type { Changes, HouseOptions } from "./houseOptions.ts";
import { LoneHouse } from "./loneHouse.ts";
import { Notes } from "./notes.ts";
import { Prober } from "./prober.ts";
import { SharedHouse } from "./sharedHouse.ts";

export interface StageOptions {
  readonly seed: number;
  readonly players: number;
  /** Of the house; 1 where nothing is said. */
  readonly processes?: number;
  /** Mistakes that are in the servers all the time. */
  readonly mutants: readonly string[];
  /** Told as it happens. */
  readonly say: (line: string) => void;
}

/** Short rounds: many of them meet a fault. */
const TIMINGS = { bettingMs: 1_000, closingMs: 150, spinningMs: 200, resultMs: 150 };
const ROUND_MS = Object.values(TIMINGS).reduce((sum, ms) => sum + ms);
const TABLES = ["one", "two"] as const;
const PLAYING_MS = 30_000;

/** Far above what the crowd can win, and far below the most that there can be. Chips. */
const HOUSE_MAX = 5_000_000;

/** `TABLES` of the servers, with more tables or other rules. */
export function tablesWith(more: readonly string[] = [], changes: object = {}): string {
  const limits = { houseMax: HOUSE_MAX };
  return quickTables([...TABLES, ...more], { ...TIMINGS, limits, ...changes });
}

/** The same, where the house may have to pay up to `houseMax` chips in a round. */
export const tablesLimitedTo = (houseMax: number): string =>
  tablesWith([], { limits: { houseMax } });

/** The parts of a stage, in the order in which they are there. */
interface Parts {
  readonly database: OutsideDatabase;
  readonly audits: Audits;
  readonly front: Forwarder;
  readonly prober: Prober;
  readonly crowd: Crowd;
}

export class Stage implements AsyncDisposable {
  readonly options: StageOptions;
  readonly random: Random;
  readonly notes: Notes;
  /** Those that the crowd plays at; the prober does at the first. */
  readonly tableIds = TABLES;
  /** Where a suite makes rounds void by the rules: what their reasons begin with. */
  readonly excused = new Set<string>();
  /** All that were there. */
  readonly houses: House[] = [];
  readonly #secrets: Readonly<Record<string, string>>;
  readonly #kept = new AsyncDisposableStack();
  readonly #parts: Partial<{ -readonly [Name in keyof Parts]: Parts[Name] }> = {};
  #house: House | null = null;

  constructor(options: StageOptions) {
    this.options = options;
    this.random = createRandom(options.seed, 0);
    this.notes = new Notes(options.say);
    const secret = (): string => randomBytes(32).toString("hex");
    this.#secrets = { JWT_SECRET: secret(), SEED_KEY: secret(), ADMIN_PASSWORD: secret() };
  }

  /** Starts everything; resolves once everybody plays. */
  async open(): Promise<void> {
    const { players, seed, processes = 1 } = this.options;
    const database = this.keep(await startDatabase());
    this.#parts.database = database;
    this.#parts.audits = this.keep(new Audits(database.url));
    await (processes === 1 ? this.#openLone() : this.#openShared(processes));
    this.#parts.prober = await Prober.enter(this.url, TABLES[0]);
    const crowd = new Crowd({ url: this.url, tables: TABLES, players, seed });
    this.#parts.crowd = this.keep(crowd);
    await this.everyoneIsBack();
    await crowd.accepts(players, PLAYING_MS);
  }

  get database(): OutsideDatabase {
    return this.#part("database");
  }

  get audits(): Audits {
    return this.#part("audits");
  }

  get front(): Forwarder {
    return this.#part("front");
  }

  get prober(): Prober {
    return this.#part("prober");
  }

  get crowd(): Crowd {
    return this.#part("crowd");
  }

  /** The server that runs the tables; new connections lead there. */
  get house(): House {
    if (this.#house === null) throw new Error("the stage is not open");
    return this.#house;
  }

  /** The server, where it is alone. */
  get lone(): LoneHouse {
    if (this.house.isShared) throw new Error("the house is shared");
    return this.house;
  }

  /** From now on this one is the server. */
  lead(house: LoneHouse): void {
    this.#house = house;
    this.front.lead(house.url);
  }

  /** The address that players know. */
  get url(): string {
    return this.house.isShared ? this.house.url : this.front.url;
  }

  /** One more server on the same database, not started yet. */
  async addHouse(): Promise<LoneHouse> {
    const house = this.keep(await LoneHouse.on(this.#houseOptions()));
    this.houses.push(house);
    return house;
  }

  /** Ends `part` with the stage, before what was kept earlier. */
  keep<T extends AsyncDisposable>(part: T): T {
    return this.#kept.use(part);
  }

  /** Resolves once every bot holds a seat. */
  everyoneIsBack(): Promise<void> {
    const { players } = this.options;
    return this.crowd.until("every bot's seat", ({ seated }) => seated >= players, PLAYING_MS);
  }

  /** Resolves once so many more operations were acknowledged. */
  plays(operations: number): Promise<void> {
    return this.crowd.accepts(operations, PLAYING_MS);
  }

  /** Measures from `since` (epoch ms) to the first bet that the house acknowledges after it. */
  async measure(name: string, since: number, mostMs: number): Promise<void> {
    // Asked for longer than allowed, to tell how late it was.
    const at = await this.prober.untilAcknowledged(this.house.url, 4 * mostMs);
    this.notes.measured(name, at - since, mostMs);
  }

  /**
   * The process that ran the table has ended, at `since`: measures until play goes on, and starts what
   * has ended, with `changes`. Play goes on elsewhere before that, or where nobody else is there after
   * it.
   */
  async goOn(name: string, since: number, changes: Changes = {}): Promise<void> {
    const { house } = this;
    if (house.isShared) await this.measure(name, since, house.playableMs);
    house.launch(changes);
    await house.opened();
    if (!house.isShared) await this.measure(name, since, house.playableMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kept.disposeAsync();
  }

  #houseOptions(): HouseOptions {
    const { mutants } = this.options;
    const databaseUrl = this.database.url;
    return { databaseUrl, tables: tablesWith(), secrets: this.#secrets, mutants };
  }

  async #openLone(): Promise<void> {
    const house = await this.addHouse();
    this.#house = house;
    await house.start();
    this.#parts.front = this.keep(await Forwarder.to(house.url));
  }

  async #openShared(processes: number): Promise<void> {
    const table = { tableId: TABLES[0], roundMs: ROUND_MS };
    const options = { ...this.#houseOptions(), ...table, processes };
    const house = this.keep(await SharedHouse.open(options));
    this.#house = house;
    this.houses.push(house);
  }

  #part<Name extends keyof Parts>(name: Name): Parts[Name] {
    const part = this.#parts[name];
    if (part === undefined) throw new Error(`the stage has no ${name} yet`);
    return part;
  }
}
