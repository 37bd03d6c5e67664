/**
 * The word that a round was taken back, for those who are still to hear it at this table.
 *
 * A process that took a round back itself knows who was there to be told, and keeps the word for
 * everybody else for as long as it runs the table. One that finds a void round in the table's past
 * cannot know who heard of it: it tells who comes back before its own first round is over, and nobody
 * later.
 */
import type { VoidedStake } from "./recovery.ts";

/** The word of the newest void round, for each player who is still to hear it. */
export class VoidNews {
  readonly #due = new Map<string, VoidedStake>();
  /** The newest round that there was word of. */
  #round = 0;
  /** The newest round that this process took back. */
  #ownRound = 0;

  /** Said as soon as it is: who had a stake may be read only later, when the bank is back. */
  tookBack(round: number): void {
    this.#ownRound = round;
  }

  /** Of one round. Answers who is to be told now, of those that are here; the others' word is kept. */
  heard(
    voided: readonly VoidedStake[],
    isHere: (playerId: string) => boolean,
  ): readonly VoidedStake[] {
    const round = voided[0]?.round ?? 0;
    // A table that starts again reads of the same round once more.
    if (round <= this.#round) return [];
    this.#round = round;
    this.#due.clear();
    const [here, away] = [
      voided.filter(({ playerId }) => isHere(playerId)),
      voided.filter(({ playerId }) => !isHere(playerId)),
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
    if (this.#round !== this.#ownRound) this.#due.clear();
  }
}
