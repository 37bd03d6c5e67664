/**
 * What one bot knows by its own notes: every operation and how it ended, every round and what came
 * of it. Later the notes are held against the server's books.
 */
import type {
  SeatMessage,
  SettledMessage,
  VoidedMessage,
} from "@croupier/shared/protocol/messages";
import type { BetAnswer } from "@croupier/shared/protocol/requests";
import type { Wish } from "./strategies.ts";

export interface Operation {
  readonly op: string;
  readonly kind: Wish["kind"];
  /** `unknown`: sent at least once, never answered. */
  outcome: "unknown" | "acknowledged" | "refused";
  /** Where it is acknowledged: the round it counts in. */
  round: number;
  /** Chips from the player to the table; negative: back. Null where the notes cannot tell. */
  stakeChange: number | null;
}

export interface RoundNotes {
  readonly tableId: string;
  readonly round: number;
  /** The last stake that the server told. */
  stake: number;
  /** False once an operation that was never answered may have moved chips. */
  certain: boolean;
  /** The table showed no chips of it: it was over, or they were lost. */
  gone?: true;
  settled?: Pick<SettledMessage, "pocket" | "stake" | "returned" | "balance">;
  voided?: Pick<VoidedMessage, "stake" | "balance">;
}

/** A client seed that the server took; it must be in the entropy from that round on. */
export interface GivenSeed {
  readonly seed: string;
  readonly fromRound: number;
}

/** The most faults that one bot notes; the first ones say enough. */
const MOST_FAULTS = 10;

export class Journal {
  readonly operations: Operation[] = [];
  readonly faults: string[] = [];
  readonly #tableId: string;
  #seed: GivenSeed | null = null;
  #claimsSeed = true;
  readonly #rounds = new Map<number, RoundNotes>();

  constructor(tableId: string) {
    this.#tableId = tableId;
  }

  get rounds(): readonly RoundNotes[] {
    return [...this.#rounds.values()];
  }

  /** Notes an operation before it is sent. */
  begin(op: string, kind: Wish["kind"]): Operation {
    const operation: Operation = { op, kind, outcome: "unknown", round: 0, stakeChange: null };
    this.operations.push(operation);
    return operation;
  }

  /** An operation was given up without an answer; it may count in any of these rounds. */
  unanswered(rounds: Iterable<number>): void {
    for (const round of rounds) this.#notesOf(round).certain = false;
  }

  /** What the table says about the bot's chips while none of its operations is under way. */
  seated({ round, stake }: Pick<SeatMessage, "round" | "stake">): void {
    const notes = this.#rounds.get(round);
    if (notes?.certain === false || notes?.settled || notes?.voided) return;
    const known = notes?.stake ?? 0;
    // Until its next round opens, a table that was taken over shows its last one, which is paid.
    if (notes !== undefined && stake === 0 && known > 0) {
      notes.gone = true;
      return;
    }
    if (stake !== known) this.fault(`round ${round}: sat down to ${stake} chips, not ${known}`);
  }

  acknowledged(operation: Operation, wish: Wish, answer: BetAnswer): void {
    const notes = this.#livingOf(answer.round);
    const known = notes.certain ? answer.stake - notes.stake : null;
    const placed = wish.chips.reduce((sum, [, amount]) => sum + amount, 0);
    operation.outcome = "acknowledged";
    operation.round = answer.round;
    operation.stakeChange = wish.kind === "bet" ? placed : known;
    if (answer.op !== operation.op) this.fault(`op ${operation.op} was answered as ${answer.op}`);
    if (wish.kind === "bet" && known !== null && known !== placed) {
      this.fault(`round ${answer.round}: a bet of ${placed} changed the stake by ${known}`);
    }
    notes.stake = answer.stake;
  }

  refused(operation: Operation): void {
    operation.outcome = "refused";
  }

  settled(message: SettledMessage): void {
    const notes = this.#livingOf(message.round);
    if (notes.settled !== undefined) this.fault(`round ${message.round} was settled twice`);
    if (message.net !== message.returned - message.stake) {
      this.fault(`round ${message.round}: net ${message.net} is not returned minus stake`);
    }
    notes.settled = message;
  }

  voided(message: VoidedMessage): void {
    this.#notesOf(message.round).voided = message;
  }

  /** The bot's client seed, where it must be in every round from the given one on. */
  get seed(): GivenSeed | null {
    return this.#claimsSeed ? this.#seed : null;
  }

  gaveSeed(seed: GivenSeed): void {
    this.#seed = seed;
  }

  /** The bot was away: nothing is known any more about its seed. */
  claimNoSeed(): void {
    this.#claimsSeed = false;
  }

  fault(fault: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(fault);
  }

  /** Rounds with chips of which nothing final was heard. */
  openRounds(): readonly number[] {
    return this.rounds
      .filter((notes) => notes.stake > 0 && !notes.settled && !notes.voided)
      .map((notes) => notes.round);
  }

  /** The notes of a round that goes on or ends now: it was not over before. */
  #livingOf(round: number): RoundNotes {
    const notes = this.#notesOf(round);
    if (notes.gone) this.fault(`round ${round}: sat down to 0 chips, not ${notes.stake}`);
    delete notes.gone;
    return notes;
  }

  #notesOf(round: number): RoundNotes {
    const known = this.#rounds.get(round);
    if (known !== undefined) return known;
    const notes: RoundNotes = { tableId: this.#tableId, round, stake: 0, certain: true };
    this.#rounds.set(round, notes);
    return notes;
  }
}
