/**
 * Which places of a table are taken: by who sits there, who is about to, and who is away with chips in
 * the running round. So whoever comes back finds a place, and a stranger does not get it.
 */
import { hasPlace, placesTaken } from "@croupier/shared/core/table/state";
import type { TableHost } from "../tables/tableHost.ts";

export class Places {
  readonly #host: Pick<TableHost, "state" | "config">;
  /** Who has a seat in the room that the table has yet to hear of. */
  readonly #sittingDown = new Set<string>();

  constructor(host: Pick<TableHost, "state" | "config">) {
    this.#host = host;
  }

  get taken(): number {
    return placesTaken(this.#host.state) + this.#sittingDown.size;
  }

  /** Whether there is one for somebody new. */
  isFree(): boolean {
    return this.taken < this.#host.config.maxPlayers;
  }

  /** Whether the player has one by now. */
  isOf(playerId: string): boolean {
    return hasPlace(this.#host.state, playerId);
  }

  isFor(playerId: string): boolean {
    return this.isOf(playerId) || this.isFree();
  }

  /** Keeps a place for the player until the table has heard of them by `sit`. */
  async takenBy(playerId: string, sit: () => Promise<void>): Promise<void> {
    if (!this.isOf(playerId)) this.#sittingDown.add(playerId);
    try {
      await sit();
    } finally {
      this.#sittingDown.delete(playerId);
    }
  }
}
