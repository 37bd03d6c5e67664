/**
 * A running table as everyone sees it.
 *
 * Chips that move only mark their spots; the marked ones are written into the room's state with the
 * next patch, so a patch costs what changed and nothing per player. What a player had on a spot when
 * it was last looked at is remembered, and a spot's totals change by the difference: an event told
 * twice counts once. At each turn of the table the totals are made anew from its own books.
 */
import { NO_CHIPS } from "@croupier/shared/core/chips";
import { phaseOf } from "@croupier/shared/core/table/state";
import type { TableEvent, TableHost } from "../tables/tableHost.ts";
import { FrontSeats } from "./frontSeats.ts";
import { SeatState, SpotState, showList, TableRoomState } from "./state.ts";

interface Total {
  chips: number;
  players: number;
}

export class TableProjection {
  readonly state = new TableRoomState();
  readonly #host: TableHost;
  readonly #front = new FrontSeats();
  /** Names of those who sit, in the order in which they sat down. */
  readonly #names = new Map<string, string>();
  readonly #seen = new Map<string, Map<string, number>>();
  readonly #totals = new Map<string, Total>();
  readonly #movedSpots = new Set<string>();
  readonly #movedSeats = new Set<string>();

  constructor(host: TableHost) {
    this.#host = host;
    const { tableId, name, wheel, zeroRule } = host.config;
    this.state.assign({ tableId, name, wheel, zeroRule });
    this.turn();
  }

  /** The player sits down; again is the same. */
  sit(playerId: string, name: string): void {
    this.#names.set(playerId, name);
    this.#front.take(playerId);
    this.#movedSeats.add(playerId);
  }

  leave(playerId: string): void {
    this.#names.delete(playerId);
    this.#front.leave(playerId, this.#names.keys());
    this.#movedSeats.add(playerId);
    for (const other of this.#front.players()) this.#movedSeats.add(other);
  }

  moved({ playerId, changes }: Extract<TableEvent, { type: "moved" }>): void {
    for (const [spot] of changes) this.#look(playerId, spot);
    this.#movedSeats.add(playerId);
  }

  /** Phase or round changed: everything is looked at again. */
  turn(): void {
    const { state } = this.#host;
    this.#seen.clear();
    this.#totals.clear();
    for (const player of state.players.values()) {
      for (const spot of player.chips.keys()) this.#look(player.playerId, spot);
    }
    for (const spot of this.state.spots.keys()) this.#movedSpots.add(spot);
    for (const playerId of this.#front.players()) this.#movedSeats.add(playerId);
    this.flush();
  }

  /** Writes what changed into the room's state. */
  flush(): void {
    const { state } = this.#host;
    this.state.assign({
      phase: phaseOf(state),
      round: state.round,
      phaseEndsAt: state.phaseEndsAt,
      commitment: state.commitment,
      entropy: state.entropy,
      betsDigest: state.betsDigest,
      pocket: state.pocket,
      seed: state.seed,
      players: this.#names.size,
      totalStake: state.totalStake,
    });
    showList(this.state.lastPockets, state.lastPockets);
    for (const spot of this.#movedSpots) this.#showSpot(spot);
    for (const playerId of this.#movedSeats) this.#showSeat(playerId);
    this.#movedSpots.clear();
    this.#movedSeats.clear();
  }

  #look(playerId: string, spot: string): void {
    const now: number = this.#host.state.players.get(playerId)?.chips.get(spot) ?? NO_CHIPS;
    let seen = this.#seen.get(playerId);
    if (seen === undefined) {
      seen = new Map();
      this.#seen.set(playerId, seen);
    }
    const before = seen.get(spot) ?? 0;
    if (now === before) return;
    if (now === 0) seen.delete(spot);
    else seen.set(spot, now);
    const total = this.#totals.get(spot) ?? { chips: 0, players: 0 };
    total.chips += now - before;
    total.players += (now > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
    if (total.players === 0) this.#totals.delete(spot);
    else this.#totals.set(spot, total);
    this.#movedSpots.add(spot);
  }

  #showSpot(spot: string): void {
    const total = this.#totals.get(spot);
    const shown = this.state.spots.get(spot);
    if (total === undefined) {
      if (shown !== undefined) this.state.spots.delete(spot);
    } else if (shown === undefined) {
      this.state.spots.set(spot, new SpotState(total));
    } else {
      shown.assign(total);
    }
  }

  #showSeat(playerId: string): void {
    const colour = this.#front.placeOf(playerId);
    const name = this.#names.get(playerId);
    let shown = this.state.seats.get(playerId);
    if (colour === -1 || name === undefined) {
      if (shown !== undefined) this.state.seats.delete(playerId);
      return;
    }
    const player = this.#host.state.players.get(playerId);
    const stake = player?.stake ?? 0;
    if (shown === undefined) {
      shown = new SeatState({ name, colour, stake });
      this.state.seats.set(playerId, shown);
    } else {
      shown.assign({ name, colour, stake });
    }
    const { chips } = shown;
    for (const spot of [...chips.keys()]) if (!player?.chips.has(spot)) chips.delete(spot);
    for (const [spot, amount] of player?.chips ?? []) {
      if (chips.get(spot) !== amount) chips.set(spot, amount);
    }
  }
}
