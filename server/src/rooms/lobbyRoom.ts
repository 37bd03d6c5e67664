/** The lobby: what tables there are and how they stand, for whoever looks. Nobody can ask it anything. */
import type { Client, RoomException } from "@colyseus/core";
import { CloseCode, Room, RoomInternalState, ServerError } from "@colyseus/core";
import { phaseOf } from "@croupier/shared/core/table/state";
import type { TableHost } from "../tables/tableHost.ts";
import { admit } from "./admission.ts";
import type { House } from "./house.ts";
import { LOBBY_ROOM_ID } from "./roomIds.ts";
import { LobbyRoomState, LobbyTableState, showList } from "./state.ts";

const MOST_CLIENTS = 10_000;

abstract class LobbyRoom extends Room<{ state: LobbyRoomState }> {
  protected abstract readonly house: House;
  override autoDispose = false;
  override patchRate = 500;
  override maxMessagesPerSecond = 5;
  override seatReservationTimeout = 10;
  #endings: readonly (() => void)[] = [];

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
    const hosts = [...this.house.hosts.values()];
    for (const { config } of hosts) {
      const { tableId, name, wheel, maxPlayers, limits } = config;
      const table = new LobbyTableState();
      table.assign({ tableId, name, wheel, maxPlayers, minStake: limits.min });
      this.state.tables.set(tableId, table);
    }
    this.#endings = hosts.map((host) =>
      host.subscribe((event) => {
        if (event.type === "turn") this.broadcastPatch();
      }),
    );
  }

  /** The SDK comes back by itself: to the next process, or to this one's successor. */
  override onBeforeShutdown(): void {
    this.disconnect(CloseCode.MAY_TRY_RECONNECT).catch((error: unknown) => {
      this.#bug(error, "shutdown");
    });
  }

  override onDispose(): void {
    for (const end of this.#endings) end();
  }

  override onUncaughtException(error: RoomException, method: string): void {
    if (error.cause instanceof ServerError) return;
    this.#bug(error.cause ?? error, method);
  }

  override broadcastPatch(): boolean {
    try {
      for (const host of this.house.hosts.values()) this.#show(host);
      return super.broadcastPatch();
    } catch (error) {
      this.#bug(error, "patch");
      return false;
    }
  }

  override hasReachedMaxClients(): boolean {
    const disposing = this["_internalState"] === RoomInternalState.DISPOSING;
    return disposing || this["_listing"].clients >= this.maxClients;
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

  #bug(error: unknown, where: string): void {
    this.house.log.error({ err: error, roomId: this.roomId, where }, "a bug in the lobby");
    this.house.alarm("lobby");
  }
}

function seatedAt(state: TableHost["state"]): number {
  let seated = 0;
  for (const player of state.players.values()) if (player.seated) seated += 1;
  return seated;
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
