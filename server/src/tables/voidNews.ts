/**
 * The word that rounds were taken back, for those who are still to hear it at this table.
 *
 * A process that took a round back itself knows who was there to be told, and keeps the word for
 * everybody else for as long as it runs the table: of the last void rounds in which somebody had a
 * stake. One that finds void rounds in the table's past cannot know who heard of them: it tells who comes
 * back before its own first round is over, and nobody later.
 */
import type { VoidedStake } from "./recovery.ts";
import { MOST_VOID_ROUNDS } from "./store.ts";

interface VoidRoundNews {
  /** This process took it back. */
  readonly isOwn: boolean;
  /** For each player who is still to hear it. */
  readonly due: Map<string, VoidedStake>;
}

/** The words of the last void rounds in which somebody had a stake. */
export class VoidNews {
  /** By round, the oldest first. */
  readonly #rounds = new Map<number, VoidRoundNews>();
  /** The newest round that there was word of. */
  #newest = 0;
  /** The newest round that this process took back. */
  #ownRound = 0;

  /** Said as soon as it is: who had a stake may be read only later, when the bank is back. */
  tookBack(round: number): void {
    this.#ownRound = round;
  }

  /**
   * Of rounds, the oldest first. Answers who is to be told now, of those that are here; the others'
   * words are kept.
   */
  heard(
    voided: readonly VoidedStake[],
    isHere: (playerId: string) => boolean,
  ): readonly VoidedStake[] {
    // A table that starts again reads of the same rounds once more.
    const known = this.#newest;
    const fresh = voided.filter(({ round }) => round > known);
    for (const stake of fresh) {
      const { due } = this.#newsOf(stake.round);
      if (!isHere(stake.playerId)) due.set(stake.playerId, stake);
    }
    return fresh.filter(({ playerId }) => isHere(playerId));
  }

  /** The player was not there after all. */
  keep(voided: VoidedStake): void {
    this.#rounds.get(voided.round)?.due.set(voided.playerId, voided);
  }

  /** What the player is to be told, once, the oldest round first. */
  take(playerId: string): readonly VoidedStake[] {
    const taken: VoidedStake[] = [];
    for (const { due } of this.#rounds.values()) {
      const stake = due.get(playerId);
      if (stake !== undefined) taken.push(stake);
      due.delete(playerId);
    }
    return taken;
  }

  /** A round of this process's own is over. */
  roundEnded(): void {
    for (const [round, { isOwn }] of this.#rounds) if (!isOwn) this.#rounds.delete(round);
  }

  #newsOf(round: number): VoidRoundNews {
    const known = this.#rounds.get(round);
    if (known !== undefined) return known;
    const news = { isOwn: round === this.#ownRound, due: new Map() };
    this.#rounds.set(round, news);
    this.#newest = round;
    const [oldest = round] = this.#rounds.keys();
    if (this.#rounds.size > MOST_VOID_ROUNDS) this.#rounds.delete(oldest);
    return news;
  }
}
