/**
 * The floor of a house with several processes. Each tells how its tables stand, at each turn and with
 * each beat. Of a table that is not heard of, and that another process runs by the census, the books are
 * asked; what is neither heard of nor run by anybody there runs nowhere that is known of.
 */
import { PHASES } from "@croupier/shared/protocol/state";
import { z } from "zod";
import type { Clock, Timer } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { Floor, TableSummary } from "../tables/floor.ts";
import { summaryOf } from "../tables/floor.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { HouseTables } from "../tables/tables.ts";
import type { News } from "./news.ts";

/** Between two times that a process tells of all its tables. */
export const TELL_MS = 1_000;
/** News that is older is late: the books are asked. */
export const LATE_MS = 2_000;
/** News that is older counts no more, nor does what the books said. */
export const FORGOTTEN_MS = 3_500;
const MOST_TABLES = 64;
const TOPIC = "tables";

const count = z.int().min(0);

const summaries: z.ZodType<readonly TableSummary[]> = z
  .array(
    z.object({
      tableId: z.string().max(32),
      phase: z.enum(PHASES),
      round: count,
      phaseEndsAt: count,
      players: count,
      totalStake: count,
      commitment: z.string().max(64),
      entropy: z.string().max(256),
      lastPockets: z.array(z.string().max(3)).max(100),
    }),
  )
  .max(MOST_TABLES);

/** What the database knows of tables that other processes run. */
export interface FloorBooks {
  /** Whether another process runs the table, by the last census. */
  isElsewhere(tableId: string): boolean;
  /** Those of the tables that had a round, as they stand. May throw `BankUnavailableError`. */
  summaries(tableIds: readonly string[]): Promise<readonly TableSummary[]>;
}

export interface HouseFloorOptions {
  readonly tables: HouseTables;
  readonly news: Pick<News, "hear" | "tell">;
  readonly books: FloorBooks;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Known {
  readonly summary: TableSummary;
  /** Epoch milliseconds. */
  readonly at: number;
}

export class HouseFloor implements Floor {
  readonly #options: HouseFloorOptions;
  /** What was heard of tables elsewhere, and what the books said of them. */
  readonly #heardOf = new Map<string, Known>();
  readonly #booked = new Map<string, Known>();
  #asking = false;
  readonly #turned = new Set<string>();
  readonly #endFollowing: () => void;
  #timer: Timer | null = null;
  #closed = false;

  constructor(options: HouseFloorOptions) {
    this.#options = options;
    const { news, tables, clock } = options;
    news.hear(TOPIC, summaries, (heard) => {
      for (const summary of heard) this.#heard(summary, clock.now());
    });
    this.#endFollowing = tables.follow({
      opened: (host) => {
        this.#tellSoon(host.config.tableId);
        host.subscribe(({ type }) => {
          if (type === "turn") this.#tellSoon(host.config.tableId);
        });
      },
      closed: () => undefined,
    });
    this.#beat();
  }

  summary(tableId: string): TableSummary | null {
    const { tables } = this.#options;
    const host = tables.hosts.get(tableId);
    if (host !== undefined) return summaryOf(host);
    const heard = this.#heardOf.get(tableId);
    const heardAt = heard?.at ?? Number.NEGATIVE_INFINITY;
    const booked = this.#booked.get(tableId);
    // Of two that count the newer one: a process that hears nothing asks, and is told later again.
    if (booked !== undefined && booked.at > heardAt && this.#counts(booked)) {
      if (this.#options.books.isElsewhere(tableId)) return booked.summary;
    }
    return heard !== undefined && this.#counts(heard) ? heard.summary : null;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#endFollowing();
  }

  #counts({ at }: Known): boolean {
    return this.#options.clock.now() - at <= FORGOTTEN_MS;
  }

  #heard(summary: TableSummary, at: number): void {
    const { tableId, round } = summary;
    const { configs } = this.#options.tables;
    if (!configs.some((config) => config.tableId === tableId)) return;
    const known = this.#heardOf.get(tableId);
    // A process that has yet to notice that it lost the table is behind the one that runs it.
    if (known !== undefined && this.#counts(known) && known.summary.round > round) return;
    this.#heardOf.set(tableId, { summary, at });
  }

  /** Turns of one moment go together, once the table shows them. */
  #tellSoon(tableId: string): void {
    if (this.#closed) return;
    if (this.#turned.size === 0) queueMicrotask(() => this.#tell([...this.#turned]));
    this.#turned.add(tableId);
  }

  #tell(tableIds: readonly string[]): void {
    this.#turned.clear();
    const { hosts } = this.#options.tables;
    const told = tableIds.map((tableId) => hosts.get(tableId)).filter((host) => host !== undefined);
    if (told.length > 0) void this.#options.news.tell(TOPIC, told.map(summaryOf));
  }

  #beat(): void {
    if (this.#closed) return;
    const { clock, tables } = this.#options;
    this.#tell([...tables.hosts.keys()]);
    if (!this.#asking) void this.#askBooks();
    this.#timer = clock.at(clock.now() + TELL_MS, () => this.#beat());
  }

  async #askBooks(): Promise<void> {
    const { tables, books, clock, log } = this.#options;
    const lateSince = clock.now() - LATE_MS;
    const late = tables.configs
      .map(({ tableId }) => tableId)
      .filter((tableId) => !tables.hosts.has(tableId) && books.isElsewhere(tableId))
      .filter((tableId) => (this.#heardOf.get(tableId)?.at ?? 0) < lateSince);
    if (late.length === 0) return;
    this.#asking = true;
    try {
      for (const summary of await books.summaries(late)) {
        this.#booked.set(summary.tableId, { summary, at: clock.now() });
      }
    } catch (error) {
      // It is asked again with the next beat.
      if (!(error instanceof BankUnavailableError)) log.error({ err: error }, "a bug in the floor");
    }
    this.#asking = false;
  }
}
