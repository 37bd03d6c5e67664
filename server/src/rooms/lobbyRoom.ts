/**
 * The lobby: what tables there are and how they stand, whichever process runs them, and who won
 * big, for whoever looks. Nobody can ask it anything. Every process has a lobby of its own.
 */
import type { Client } from "@colyseus/core";
import type { BigWin } from "@croupier/shared/protocol/state";
import { admit } from "./admission.ts";
import type { House } from "./house.ts";
import { HouseRoom } from "./houseRoom.ts";
import { LOBBY_ROOM_ID } from "./roomIds.ts";
import { GOES_ON_ELSEWHERE } from "./sendOff.ts";
import { LobbyRoomState, LobbyTableState, LobbyWinState, showList } from "./state.ts";

const MOST_CLIENTS = 10_000;
const MOST_WINS = 10;

export abstract class LobbyRoom extends HouseRoom<{ state: LobbyRoomState }> {
  override patchRate = 500;
  override maxMessagesPerSecond = 5;
  #end = () => {};
  #shownWins: readonly BigWin[] = [];

  override messages = {
    // Nobody is disconnected for a message that is not understood.
    _: (client: Client) => {
      client.send("notice", { code: "MALFORMED", message: "The lobby takes no messages." });
    },
  };

  override onCreate(): void {
    this.roomId = LOBBY_ROOM_ID;
    this.maxClients = MOST_CLIENTS;
    this.state = new LobbyRoomState();
    for (const { tableId, name, wheel, maxPlayers, limits } of this.house.tables.configs) {
      const table = new LobbyTableState();
      table.assign({ tableId, name, wheel, maxPlayers, minStake: limits.min });
      this.state.tables.set(tableId, table);
    }
    this.#end = this.house.tables.follow({
      opened: (host) => {
        host.subscribe((event) => {
          if (event.type === "turn") this.broadcastPatch();
        });
      },
      closed: () => this.broadcastPatch(),
    });
  }

  override onJoin(client: Client): void {
    this.arrived(client);
  }

  override onDispose(): void {
    this.#end();
  }

  /** The process ends: everyone is sent off to the lobby of another one. Answers how many. */
  async moveAway(): Promise<number> {
    const count = this.clients.length;
    await this.disconnect(GOES_ON_ELSEWHERE);
    return count;
  }

  override broadcastPatch(): boolean {
    const shown = this.guarded("patch", () => {
      for (const table of this.state?.tables.values() ?? []) this.#show(table);
      this.#showWins();
      return super.broadcastPatch();
    });
    return shown ?? false;
  }

  #show(table: LobbyTableState): void {
    const summary = this.house.floor.summary(table.tableId);
    if (summary === null) {
      // Nobody runs it now, as far as is known here.
      table.assign({ phase: "paused", players: 0 });
      return;
    }
    const { phase, round, phaseEndsAt, players, lastPockets } = summary;
    table.assign({ phase, round, phaseEndsAt, players });
    showList(table.lastPockets, lastPockets);
  }

  #showWins(): void {
    const wins = this.house.wins();
    if (wins === this.#shownWins || this.state === undefined) return;
    this.#shownWins = wins;
    this.state.wins.clear();
    for (const { name, tableId, round, pocket, net, at } of wins.slice(0, MOST_WINS)) {
      this.state.wins.push(new LobbyWinState({ name, tableId, round, pocket, net, at }));
    }
  }
}

/** The lobby of this house. */
export function lobbyRoomOf(house: House) {
  return class HouseLobbyRoom extends LobbyRoom {
    protected override readonly house = house;

    /** Whoever has no token may look; a token that is there has to be good. */
    static override async onAuth(token: string): Promise<true> {
      if (token) await admit(house, token);
      return true;
    }
  };
}
