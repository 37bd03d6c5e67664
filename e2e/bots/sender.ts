/**
 * How a bot makes one operation: it is sent again under the same op until it is answered or the run
 * is over, and noted in either case.
 */
import type { RefusalCode } from "@croupier/shared/protocol/refusals";
import type { BetAnswer } from "@croupier/shared/protocol/requests";
import type { Retry } from "./api.ts";
import { epochMs } from "./clock.ts";
import type { Journal, Operation } from "./journal.ts";
import type { Presence } from "./presence.ts";
import { refusalOf } from "./seat.ts";
import type { Wish } from "./strategies.ts";
import type { Tally } from "./tally.ts";

/** Not now: the same op has to be sent again to find out whether it counts. */
const ASK_AGAIN: readonly RefusalCode[] = ["BANK_UNAVAILABLE", "TABLE_PAUSED"];

/** One too many was not looked at: an op that was sent before may count from then. */
const leavesOpen = (code: RefusalCode, sentBefore: boolean): boolean =>
  ASK_AGAIN.includes(code) || (sentBefore && code === "TOO_MANY_REQUESTS");

/** What an op that was answered may be refused with when it is sent with other chips. */
const SAID_AGAIN: readonly RefusalCode[] = ["OP_REUSED", "TOO_MANY_REQUESTS", ...ASK_AGAIN];

export interface SenderSettings {
  /** How the bot's operations begin. */
  readonly name: string;
  readonly presence: Presence;
  readonly journal: Journal;
  readonly tally: Tally;
  readonly retry: Retry;
  /** The round that the table shows. */
  readonly round: () => number;
}

export class Sender {
  readonly #settings: SenderSettings;
  #counter = 0;
  #busy = false;

  constructor(settings: SenderSettings) {
    this.#settings = settings;
  }

  /** True while an operation is neither answered nor given up. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Makes the operation; resolves with its answer, or null where it was refused or given up. */
  async make(wish: Wish): Promise<BetAnswer | null> {
    const { name, journal, tally } = this.#settings;
    this.#counter += 1;
    const operation = journal.begin(`${name}-${this.#counter}`, wish.kind);
    tally.sent += 1;
    this.#busy = true;
    const answer = await this.#perform(operation, wish);
    this.#busy = false;
    if (wish.again && answer !== null) await this.#again(operation, wish, answer);
    return answer;
  }

  async #perform(operation: Operation, wish: Wish): Promise<BetAnswer | null> {
    const { journal, tally, retry, presence, round } = this.#settings;
    const rounds = new Set<number>();
    while (Date.now() < retry.until) {
      const sentAt = epochMs();
      try {
        const answer = await this.#send(operation.op, wish);
        tally.ackMs.add(epochMs() - sentAt);
        tally.accepted += 1;
        journal.acknowledged(operation, wish, answer);
        return answer;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== null) tally.refuse(refusal.code);
        if (refusal !== null && !leavesOpen(refusal.code, rounds.size > 0)) {
          journal.refused(operation);
          return null;
        }
        if (refusal === null && presence.seated) tally.error(`${operation.op}: ${String(error)}`);
        rounds.add(round());
        await presence.whenBack();
      }
    }
    journal.unanswered(rounds);
    return null;
  }

  async #send(op: string, { kind, chips }: Pick<Wish, "kind" | "chips">): Promise<BetAnswer> {
    const payload = kind === "bet" ? { op, chips } : { op };
    return (await this.#settings.presence.request(kind, payload)) as BetAnswer;
  }

  /** The same op again must answer as the first time; with other chips it must be refused. */
  async #again({ op }: Operation, wish: Wish, first: BetAnswer): Promise<void> {
    const { journal } = this.#settings;
    const other = wish.chips.map(([spot, amount]) => [spot, amount + 1] as const);
    try {
      const second = await this.#send(op, wish);
      if (second.round !== first.round || second.stake !== first.stake) {
        journal.fault(`op ${op} sent again was answered otherwise`);
      }
      await this.#send(op, { ...wish, chips: other });
      journal.fault(`op ${op} was taken again with other chips`);
    } catch (error) {
      // A connection that broke proves nothing; a refusal has to be the right one.
      const refusal = refusalOf(error);
      if (refusal !== null && !SAID_AGAIN.includes(refusal.code)) {
        journal.fault(`op ${op} sent again was refused with ${refusal.code}`);
      }
    }
  }
}
