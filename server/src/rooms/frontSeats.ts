/**
 * The few players whose chips everyone sees one by one. Who sits in front stays there until leaving;
 * then the one who has waited longest takes the place. The place's number is the player's colour.
 */
import { BOUNDS } from "@croupier/shared/core/bounds";

export class FrontSeats {
  readonly #places: (string | null)[] = Array.from({ length: BOUNDS.frontSeats }, () => null);

  /** The place of the player in front; -1 for everyone else. */
  placeOf(playerId: string): number {
    return this.#places.indexOf(playerId);
  }

  /** Takes a free place, where there is one. */
  take(playerId: string): void {
    if (this.placeOf(playerId) !== -1) return;
    const free = this.#places.indexOf(null);
    if (free !== -1) this.#places[free] = playerId;
  }

  /** Gives the place up to the first of `waiting` who is not in front. */
  leave(playerId: string, waiting: Iterable<string>): void {
    const place = this.placeOf(playerId);
    if (place === -1) return;
    this.#places[place] = null;
    for (const next of waiting) {
      if (next === playerId || this.placeOf(next) !== -1) continue;
      this.#places[place] = next;
      return;
    }
  }

  /** Those in front. */
  players(): string[] {
    return this.#places.filter((playerId) => playerId !== null);
  }
}
