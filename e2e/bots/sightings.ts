/**
 * What the bots of one thread saw of the public rounds, and when: the commitment before betting
 * closed, the pocket, how late each phase turned, how far apart the same result reached them.
 */
import type { Phase } from "@croupier/shared/protocol/state";
import type { PublicTable } from "./seat.ts";

export interface RoundSighting {
  readonly tableId: string;
  readonly round: number;
  /** As shown while bets were taken; empty where no bot was there then. */
  commitment: string;
  /** The entropy shown together with that commitment. */
  entropy: string;
  /** As shown once betting had closed; empty where no bot was there then. */
  betsDigest: string;
  pocket: string;
  /** Local epoch milliseconds at which the result reached each bot. */
  readonly resultAt: number[];
  /**
   * How long after its announced end each phase was over, in milliseconds, as the first bot saw it:
   * the server's lateness and the way here. Absent where no bot saw the phase before and its end.
   */
  readonly lateMs: Partial<Record<Phase, number>>;
}

/** A round of which nothing was seen (yet). */
export function emptySighting(tableId: string, round: number): RoundSighting {
  return {
    tableId,
    round,
    commitment: "",
    entropy: "",
    betsDigest: "",
    pocket: "",
    resultAt: [],
    lateMs: {},
  };
}

/** What a bot saw last, so that it can tell a turn. */
export interface LastSeen {
  round: number;
  phase: Phase | "";
  phaseEndsAt: number;
}

/** The phase that comes before each, within the same table's cycle. */
const BEFORE: Readonly<Partial<Record<Phase, Phase>>> = {
  closing: "betting",
  spinning: "closing",
  result: "spinning",
  betting: "result",
};

/** The phase whose end this turn is; null where turns were missed in between. */
function phaseJustOver({ phase, round }: PublicTable, last: LastSeen): Phase | null {
  const before = BEFORE[phase];
  const follows = round === last.round + (phase === "betting" ? 1 : 0);
  return before !== undefined && last.phase === before && follows ? before : null;
}

const MOST_CONTRADICTIONS = 20;

export class Sightings {
  readonly contradictions: string[] = [];
  readonly #rounds = new Map<string, RoundSighting>();

  get rounds(): readonly RoundSighting[] {
    return [...this.#rounds.values()];
  }

  /**
   * Notes that a bot saw the table take a turn.
   *
   * @param at local epoch milliseconds of the sight
   * @param dueAt local epoch milliseconds at which the phase before was to end
   */
  turn(table: PublicTable, last: LastSeen, { at, dueAt }: { at: number; dueAt: number }): void {
    const sighting = this.#sightingOf(table);
    if (table.phase === "betting") {
      this.#note(sighting, "commitment", table.commitment);
      this.#note(sighting, "entropy", table.entropy);
    }
    if (table.phase === "spinning" || table.phase === "result") {
      this.#note(sighting, "betsDigest", table.betsDigest);
      this.#note(sighting, "pocket", table.pocket);
    }
    const before = phaseJustOver(table, last);
    if (before === null) return;
    // Who came in while the ball was rolling was not late, only later.
    if (table.phase === "spinning") sighting.resultAt.push(at);
    sighting.lateMs[before] = Math.min(sighting.lateMs[before] ?? Number.MAX_VALUE, at - dueAt);
  }

  #note(
    sighting: RoundSighting,
    field: "commitment" | "entropy" | "betsDigest" | "pocket",
    value: string,
  ): void {
    if (sighting[field] === "") sighting[field] = value;
    if (sighting[field] === value || this.contradictions.length >= MOST_CONTRADICTIONS) return;
    this.contradictions.push(
      `table ${sighting.tableId} round ${sighting.round}: ${field} was ${sighting[field]}, then ${value}`,
    );
  }

  #sightingOf({ tableId, round }: PublicTable): RoundSighting {
    const key = `${tableId}|${round}`;
    const known = this.#rounds.get(key);
    if (known !== undefined) return known;
    const sighting = emptySighting(tableId, round);
    this.#rounds.set(key, sighting);
    return sighting;
  }
}
