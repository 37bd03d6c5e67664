/**
 * The word that a round was taken back, for those who are still to hear it at this table.
 *
 * A process that took a round back itself knows who was there to be told, and keeps the word for
 * everybody else for as long as it runs the table. One that finds a void round in the table's past
 * cannot know who heard of it: it tells who comes back before its own first round is over, and nobody
 * later.
 */
import type { VoidedStake } from "./recovery.ts";

/** Everyone whose stake in one round went back. */
export interface VoidedRound {
  readonly stakes: readonly VoidedStake[];
  /** Whether it was taken back by this process just now. */
  readonly isOwn: boolean;
}

export class VoidNews {
  readonly #due = new Map<string, VoidedStake>();
  /** The newest round that there was word of. */
  #round = 0;
  #isOwn = false;

  /** Answers who is to be told now, of those that are here; the others' word is kept. */
  heard(voided: VoidedRound, isHere: (playerId: string) => boolean): readonly VoidedStake[] {
    const round = voided.stakes[0]?.round ?? 0;
    // A table that starts again reads of the same round once more.
    if (round <= this.#round) return [];
    this.#round = round;
    this.#isOwn = voided.isOwn;
    this.#due.clear();
    const [here, away] = [
      voided.stakes.filter(({ playerId }) => isHere(playerId)),
      voided.stakes.filter(({ playerId }) => !isHere(playerId)),
    ];
    for (const stake of away) this.#due.set(stake.playerId, stake);
    return here;
  }

  /** The player was not there after all. */
  keep(voided: VoidedStake): void {
    if (voided.round === this.#round) this.#due.set(voided.playerId, voided);
  }

  /** What the player is to be told, once; null where there is nothing. */
  take(playerId: string): VoidedStake | null {
    const due = this.#due.get(playerId) ?? null;
    this.#due.delete(playerId);
    return due;
  }

  /** A round of this process's own is over. */
  roundEnded(): void {
    if (!this.#isOwn) this.#due.clear();
  }
}
