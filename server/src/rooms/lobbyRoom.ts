/** The lobby: what tables there are and how they stand, for whoever looks. Nobody can ask it anything. */
import type { Client } from "@colyseus/core";
import { phaseOf, seatedAt } from "@croupier/shared/core/table/state";
import type { TableHost } from "../tables/tableHost.ts";
import { admit } from "./admission.ts";
import type { House } from "./house.ts";
import { HouseRoom } from "./houseRoom.ts";
import { LOBBY_ROOM_ID } from "./roomIds.ts";
import { LobbyRoomState, LobbyTableState, showList } from "./state.ts";

const MOST_CLIENTS = 10_000;

abstract class LobbyRoom extends HouseRoom<{ state: LobbyRoomState }> {
  override patchRate = 500;
  override maxMessagesPerSecond = 5;
  #end = () => {};

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
      closed: ({ config }) => this.state.tables.get(config.tableId)?.assign({ phase: "paused" }),
    });
  }

  override onDispose(): void {
    this.#end();
  }

  override broadcastPatch(): boolean {
    const shown = this.guarded("patch", () => {
      for (const host of this.house.tables.hosts.values()) this.#show(host);
      return super.broadcastPatch();
    });
    return shown ?? false;
  }

  #show({ config, state }: TableHost): void {
    const table = this.state?.tables.get(config.tableId);
    if (table === undefined) return;
    table.assign({
      phase: phaseOf(state),
      round: state.round,
      phaseEndsAt: state.phaseEndsAt,
      players: seatedAt(state),
    });
    showList(table.lastPockets, state.lastPockets);
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
