/**
 * What a run went through: every fault that was put in, every branch that was seen. A long run in
 * which one of these is missing has not shown what it claims.
 */
import { REFUSAL_CODES } from "@croupier/shared/protocol/refusals";

/** What rooms refuse before a table hears of it. */
const OF_ROOMS = new Set(["MALFORMED", "TABLE_FULL", "UNAUTHENTICATED", "BANNED"]);

const STAGES = [
  "opening",
  "betting",
  "draining",
  "locking",
  "settling",
  "settled",
  "spinning",
  "result",
] as const;

/** All that a long run has to have seen at least once. */
export const EXPECTED: readonly string[] = [
  ...[
    "bank away",
    "call refused while the bank is away",
    "request to the bank lost",
    "answer of the bank lost",
    "outcome unknown, committed",
    "outcome unknown, not committed",
    "outcome unknown, committed late",
    "post held up behind an unknown outcome",
    "bank held up",
    "bank slow",
    "clock jumped back",
    "clock jumped forward",
    "clock jumped far forward",
    "message dropped",
    "message duplicated",
    "message overtaken",
    "connection dropped",
    "connection lost with its table",
    "connection ended by the room",
    "reply lost with its connection",
    "process fell asleep",
    "process woke",
    "process killed",
    "process killed between two effects",
    "process stopped in good order",
    "lease taken",
    "lease refused",
    "lease lost",
    "stale write refused",
    "wheel changed",
    "bank failed",
    "bank failed, table starts again",
    "invariant broken, operation",
    "invariant broken, turn to come",
    "invariant broken, turn committed",
  ].map((fault) => `fault: ${fault}`),
  ...STAGES.map((stage) => `killed while ${stage}`),
  ...["open", "locked", "finished"].map((status) => `recovered: ${status}`),
  ...["bet", "undo", "clear", "double", "repeat"].map((kind) => `posted: ${kind}`),
  ...REFUSAL_CODES.filter((code) => !OF_ROOMS.has(code)).map((code) => `refused: ${code}`),
  ...[
    "answered",
    "answered again, in its round",
    "answered again, from an earlier round",
    "answered again, from an earlier holder",
    "asked twice while in flight",
    "asked twice while waiting",
    "waited behind another",
    "asked for at another table",
    "more at once than may wait",
    "more in one round than may be",
    "more changes in one round than may be",
    "more batches than can be undone",
    "settled",
    "settled after breaking twice",
    "void for another game",
    "void after breaking twice",
    "result told",
    "void told at once",
    "void told by who found it",
    "void told by who took it back",
    "seed given while a round opens",
    "round with client seeds",
    "player joined",
    "player joined twice",
    "player left",
    "player came back",
    "player came back at another process",
    "player came back to chips on the felt",
    "player came back and asked again",
    "player sat down on a seat that was kept",
    "seat given up after a drop",
    "chips that have to stay for the house's limit",
    "seed given while a table starts again",
    "operation under way while its table froze",
    "holder replaced before it began",
    "refused while the same op was placed",
    "round shown that another took back",
    "round taken over, opened further ahead than clocks differ",
    "round taken over, with very many operations of one player",
    "paused and went on",
    "table handed over",
    "play that had to go on",
    "takeover that was due",
  ].map((branch) => `seen: ${branch}`),
];

export class Counts {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  addAll(other: Counts): void {
    for (const [name, count] of other.#counts) {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
    }
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** What was expected and never seen. */
  missing(): readonly string[] {
    return EXPECTED.filter((name) => this.of(name) === 0);
  }

  /** All names with their counts, in the order of names. */
  entries(): readonly (readonly [name: string, count: number])[] {
    return [...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1));
  }
}
