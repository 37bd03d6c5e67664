/**
 * The floor of a house with several processes. Each tells how its tables stand, at each turn and with
 * each beat; what was not heard of for some beats runs nowhere that is known of.
 */
import { PHASES } from "@croupier/shared/protocol/state";
import { z } from "zod";
import type { Clock, Timer } from "../platform/clock.ts";
import type { Floor, TableSummary } from "../tables/floor.ts";
import { summaryOf } from "../tables/floor.ts";
import type { HouseTables } from "../tables/tables.ts";
import type { News } from "./news.ts";

/** Between two times that a process tells of all its tables. */
export const TELL_MS = 1_000;
/** News that is older counts no more. */
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

export interface HouseFloorOptions {
  readonly tables: HouseTables;
  readonly news: Pick<News, "hear" | "tell">;
  readonly clock: Clock;
}

export class HouseFloor implements Floor {
  readonly #options: HouseFloorOptions;
  readonly #elsewhere = new Map<
    string,
    { readonly summary: TableSummary; readonly heardAt: number }
  >();
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
    const { tables, clock } = this.#options;
    const host = tables.hosts.get(tableId);
    if (host !== undefined) return summaryOf(host);
    const known = this.#elsewhere.get(tableId);
    return known !== undefined && clock.now() - known.heardAt <= FORGOTTEN_MS
      ? known.summary
      : null;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#endFollowing();
  }

  #heard(summary: TableSummary, heardAt: number): void {
    const { tableId, round } = summary;
    const { configs } = this.#options.tables;
    if (!configs.some((config) => config.tableId === tableId)) return;
    const known = this.#elsewhere.get(tableId);
    // A process that has yet to notice that it lost the table is behind the one that runs it.
    const fresh = known !== undefined && heardAt - known.heardAt <= FORGOTTEN_MS;
    if (fresh && known.summary.round > round) return;
    this.#elsewhere.set(tableId, { summary, heardAt });
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
    this.#timer = clock.at(clock.now() + TELL_MS, () => this.#beat());
  }
}
