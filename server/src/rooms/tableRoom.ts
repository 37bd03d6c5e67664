/**
 * A table's room: a thin adapter between connections and the table's host. It knows who sits here,
 * what a request looks like and how many of them one player may send; it knows no rule of the game.
 *
 *   join ──▶ seated ──(drop)──▶ kept for a while ──(back)──▶ seated
 *               └──(leave)──▶ gone ◀──(too late)──┘
 */
import type { Client, Deferred, MessageContext } from "@colyseus/core";
import { ClientState, matchMaker } from "@colyseus/core";
import { assert } from "@croupier/shared/core/assert";
import { asChips } from "@croupier/shared/core/chips";
import type { PlayerResult } from "@croupier/shared/core/table/inputs";
import type { PlayerMessages, SeatMessage } from "@croupier/shared/protocol/messages";
import { RedisAwayError } from "../cluster/redisHealth.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { TableEvent, TableHost, VoidedEvent } from "../tables/tableHost.ts";
import { admit } from "./admission.ts";
import type { BalanceListener } from "./balanceHub.ts";
import { comeBackWithinMs } from "./crowd.ts";
import type { House, Identity } from "./house.ts";
import { HouseRoom } from "./houseRoom.ts";
import { InSlices } from "./inSlices.ts";
import { patchPauseMs } from "./patchRate.ts";
import { Places } from "./places.ts";
import { refusalError } from "./refusalError.ts";
import { tableRoomId } from "./roomIds.ts";
import { MOST_SESSIONS, Seats } from "./seats.ts";
import { GOES_ON_ELSEWHERE, sendOff } from "./sendOff.ts";
import type { TableRoomState } from "./state.ts";
import { TableProjection } from "./tableProjection.ts";
import type { Reply, RequestType } from "./tableRequests.ts";
import { REQUEST_TYPES, replyTo } from "./tableRequests.ts";

export type PlayerClient = Client<{ auth: Identity; messages: PlayerMessages }>;

/** Second devices, and players in the doorway of a full table, for all players together. */
const SPARE_SESSIONS = 64;
/** Players who are told their results together. */
const RESULTS_AT_ONCE = 250;

export abstract class TableRoom
  extends HouseRoom<{ state: TableRoomState; client: PlayerClient }>
  implements BalanceListener
{
  override patchRate = patchPauseMs(0);
  /** Past it the connection is closed; a player's requests are refused long before. */
  override maxMessagesPerSecond = 100;
  readonly #seats = new Seats();
  #table: {
    readonly host: TableHost;
    readonly projection: TableProjection;
    readonly places: Places;
  } | null = null;
  #endings: readonly (() => void)[] = [];
  #moving = false;
  /** Sessions that dropped and may come back; a rejection ends the waiting for one. */
  readonly #kept = new Map<string, Deferred>();
  /** Who came back while the bank was away: they have no word of their seat yet. */
  readonly #unseated = new Set<PlayerClient>();
  readonly #results = new InSlices(RESULTS_AT_ONCE, (result: PlayerResult) =>
    this.guarded("result", () => this.#settled(result)),
  );

  override messages = {
    ...Object.fromEntries(REQUEST_TYPES.map((type) => [type, this.#handlerOf(type)])),
    _: (client: PlayerClient, type: string | number) => this.#takeUnknown(client, type),
  };

  override onCreate({ tableId }: { tableId: string }): void {
    const host = this.house.tables.hosts.get(tableId);
    assert(host !== undefined, `no host for the table ${tableId}`);
    const projection = new TableProjection(host);
    this.#table = { host, projection, places: new Places(host) };
    this.roomId = tableRoomId(tableId);
    this.state = projection.state;
    this.maxClients = host.config.maxPlayers + SPARE_SESSIONS;
    this.#endings = [
      host.subscribe((event) => this.guarded("event", () => this.#told(event))),
      this.house.balances.subscribe(this),
    ];
  }

  override async onJoin(client: PlayerClient): Promise<void> {
    this.arrived(client);
    const { auth, sessionId } = client;
    assert(auth !== undefined, `session ${sessionId} joined without a player`);
    // Counted here and not at the reservation: many may stand in the doorway at once.
    const sessions = this.#seats.get(auth.playerId)?.sessions.size ?? 0;
    if (sessions === 0 && !this.#running().places.isFor(auth.playerId)) {
      throw refusalError("TABLE_FULL", "This table has no free seat.");
    }
    const dropped = this.#seats.droppedOf(auth.playerId);
    if (sessions >= MOST_SESSIONS && dropped === null) {
      throw refusalError("TOO_MANY_REQUESTS", `At most ${MOST_SESSIONS} devices at one table.`);
    }
    try {
      await this.#seat(client);
      // Whoever comes in anew does not come back as well: two would be kept for one.
      if (dropped !== null) this.#kept.get(dropped)?.reject(false);
    } catch (error) {
      if (!(error instanceof BankUnavailableError)) throw error;
      throw refusalError("BANK_UNAVAILABLE", "The bank does not answer. Try again in a moment.");
    }
  }

  override onDrop(client: PlayerClient): void {
    const { auth, sessionId } = client;
    this.#unseated.delete(client);
    if (auth !== undefined) this.#seats.drop(auth.playerId, sessionId);
    // There is nothing to come back to here; the SDK's try says so, and the table is joined anew.
    if (this.#moving) return;
    // Where it does not come back in time, `onLeave` follows.
    const kept = this.allowReconnection(client, this.house.seatKeptSeconds);
    const over = () => void this.#kept.delete(sessionId);
    this.#kept.set(sessionId, kept);
    kept.then(over, over);
  }

  override async onReconnect(client: PlayerClient): Promise<void> {
    try {
      await this.#seat(client);
    } catch (error) {
      if (!(error instanceof BankUnavailableError)) throw error;
      client.send("notice", { code: "BANK_UNAVAILABLE", message: "The bank does not answer." });
      this.#seatLater(client);
    }
  }

  override onLeave(client: PlayerClient): void {
    const { auth, sessionId } = client;
    this.#unseated.delete(client);
    if (auth === undefined || !this.#seats.leave(auth.playerId, sessionId)) return;
    const { host, projection } = this.#running();
    projection.leave(auth.playerId);
    host.leave(auth.playerId);
  }

  override onDispose(): void {
    this.#results.finish();
    for (const end of this.#endings) end();
  }

  override broadcastPatch(): boolean {
    const shown = this.guarded("patch", () => {
      this.#table?.projection.flush();
      // Looked at here, where the crowd is paid for: joins and leaves come in storms.
      const pauseMs = patchPauseMs(this.clients.length);
      if (this.patchRate !== pauseMs) this.patchRate = pauseMs;
      return super.broadcastPatch();
    });
    return shown ?? false;
  }

  /** From when the table has gone elsewhere. */
  override get isClosing(): boolean {
    return this.#moving || super.isClosing;
  }

  /** Whether one more player could sit down. */
  hasFreeSeat(): boolean {
    return this.#running().places.isFree();
  }

  /**
   * Whoever has a place and is away always finds the doorway open, once: others leave as much of it free,
   * and nobody waits there for a seat where there is none.
   */
  protected override mayReserve({ playerId }: Identity): boolean {
    const { places } = this.#running();
    const isAway = this.#seats.get(playerId) === undefined && places.isOf(playerId);
    if (isAway && !this.#isExpected(playerId)) return true;
    const { clients } = this["_listing"];
    const awayCount = places.taken - this.#seats.size;
    return clients + awayCount < this.maxClients && places.isFor(playerId);
  }

  /** Whether the player stands in the doorway already. */
  #isExpected(playerId: string): boolean {
    const reservations: readonly (readonly [unknown, unknown, ...unknown[]])[] = Object.values(
      this["_reservedSeats"],
    );
    return reservations.some(([, auth]) => (auth as Identity).playerId === playerId);
  }

  /** Nobody is let in who would be sent off again. */
  override hasReachedMaxClients(): boolean {
    return this.#moving || super.hasReachedMaxClients();
  }

  /** The table is run elsewhere now: everyone is told, and sent off to find it. Answers how many. */
  async moveAway(): Promise<number> {
    if (this.#moving) return 0;
    this.#moving = true;
    this.#results.finish();
    this.withdraw();
    const { clock } = this.house;
    const clients = [...this.clients];
    await sendOff({ clients, clock, isThere: () => this.#isThere() });
    await this.disconnect(GOES_ON_ELSEWHERE);
    return clients.length;
  }

  /** A process that ends lets those go in their turn who are being sent off already. */
  override onBeforeShutdown(): void {
    if (!this.#moving) super.onBeforeShutdown();
  }

  /** Whether the table, which was ours, has a room elsewhere, or is ours again and waits for this one's end. */
  async #isThere(): Promise<boolean> {
    const { tableId } = this.#running().host.config;
    if (!this.house.reachesOthers() || this.house.tables.hosts.has(tableId)) return true;
    try {
      return await matchMaker.driver.has(this.roomId);
    } catch (error) {
      if (error instanceof RedisAwayError) return true;
      throw error;
    }
  }

  balanceChanged(playerId: string, balance: number): void {
    for (const client of this.#seats.clientsOf(playerId)) client.send("balance", { balance });
  }

  async #seat(client: PlayerClient): Promise<void> {
    const { auth } = client;
    assert(auth !== undefined, "a seat is taken by a player");
    const { host, projection, places } = this.#running();
    this.#seats.take(auth, client, this.house.clock.now());
    projection.sit(auth.playerId, auth.name);
    await places.takenBy(auth.playerId, () => host.sit(auth.playerId));
    const { balances, arrive } = this.house;
    const balance = await balances.read(auth.playerId, arrive);
    client.send("seat", this.#seatMessage(auth, balance));
    host.tellVoided(auth.playerId, asChips(balance));
  }

  /** At the next turn of a table whose bank is there; the table is to find out whether it is. */
  #seatLater(client: PlayerClient): void {
    if (!isConnected(client)) return;
    this.#unseated.add(client);
    this.#running().host.doubtBank();
  }

  #seatUnseated(): void {
    if (!this.#running().host.state.bankAvailable) return;
    const clients = [...this.#unseated].filter(isConnected);
    this.#unseated.clear();
    for (const client of clients) {
      this.#seat(client).catch((error: unknown) => {
        if (error instanceof BankUnavailableError) this.#seatLater(client);
        else this.bug(error, "seat");
      });
    }
  }

  #seatMessage({ playerId, name }: Identity, balance: number): SeatMessage {
    const { host } = this.#running();
    const { state, config } = host;
    const clientSeed = state.players.get(playerId)?.clientSeed ?? null;
    const { round } = state;
    return {
      playerId,
      name,
      balance,
      ...host.ownLayout(playerId),
      round,
      limits: config.limits,
      clientSeed,
      comeBackWithinMs: comeBackWithinMs(this.house.tables),
    };
  }

  #handlerOf(type: RequestType) {
    return async (client: PlayerClient, payload: unknown, context: MessageContext) => {
      const reply = await this.#reply(type, client, payload);
      if ("refusal" in reply) {
        // A plain message has no answer to carry the refusal.
        if (context.id === undefined) client.send("notice", reply.refusal);
        else context.reject(reply.refusal);
        return undefined;
      }
      if (reply.balance !== undefined) this.#tellElsewhere(client, reply.balance);
      return reply.answer;
    };
  }

  async #reply(type: RequestType, { auth }: PlayerClient, payload: unknown): Promise<Reply> {
    const { clock } = this.house;
    try {
      const seat = this.#seats.get(auth?.playerId ?? "");
      assert(auth !== undefined && seat !== undefined, "only who sits here asks");
      const { playerId, name } = auth;
      const say = (text: string) =>
        this.broadcast("chat", { playerId, name, text, at: clock.now() });
      const { chatBanOf } = this.house;
      const { host } = this.#running();
      return await replyTo(type, { host, clock, seat, payload, chatBanOf, say });
    } catch (error) {
      if (error instanceof BankUnavailableError) {
        return { refusal: { code: "BANK_UNAVAILABLE", message: "The bank does not answer." } };
      }
      this.bug(error, type);
      return { refusal: { code: "TABLE_PAUSED", message: "The table met an error of its own." } };
    }
  }

  #takeUnknown(client: PlayerClient, type: string | number): void {
    const seat = this.#seats.get(client.auth?.playerId ?? "");
    if (seat?.requests.take(this.house.clock.now()) !== true) return;
    const name = String(type).slice(0, 40);
    client.send("notice", { code: "MALFORMED", message: `This room knows no "${name}".` });
  }

  /** The player's other devices here, and the player at other tables. */
  #tellElsewhere(client: PlayerClient, balance: number): void {
    const { auth } = client;
    if (auth === undefined) return;
    for (const other of this.#seats.clientsOf(auth.playerId, client)) {
      other.send("balance", { balance });
      other.send("seat", this.#seatMessage(auth, balance));
    }
    this.house.balances.tell(auth.playerId, balance, this);
  }

  #told(event: TableEvent): void {
    switch (event.type) {
      case "moved":
        this.#running().projection.moved(event);
        break;
      case "turn":
      case "froze":
        this.#running().projection.turn();
        this.broadcastPatch();
        this.#seatUnseated();
        break;
      case "result":
        this.#results.add(event.result);
        break;
      case "voided":
        this.#voided(event);
        break;
      case "lost":
        // The house closes this room.
        break;
    }
  }

  #voided(voided: VoidedEvent): void {
    const { playerId, round, reason, stake, balance } = voided;
    const clients = [...this.#seats.clientsOf(playerId)].filter(isConnected);
    // Who dropped has a seat still, and hears of it when they are back.
    if (clients.length === 0) this.#running().host.keepVoided(voided);
    for (const client of clients) client.send("voided", { round, reason, stake, balance });
    // By now the player's other tables may know better.
    if (voided.isLate !== true) this.house.balances.tell(playerId, balance, this);
  }

  #settled({ playerId, ...result }: PlayerResult): void {
    const message = { ...result, net: result.returned - result.stake };
    for (const client of this.#seats.clientsOf(playerId)) client.send("settled", message);
    this.house.balances.tell(playerId, result.balance, this);
  }

  #running() {
    assert(this.#table !== null, "a room is created before it is used");
    return this.#table;
  }
}

/** Not whose connection closed while a seat was taken with it: the room drops it only after that. */
function isConnected({ state }: Pick<Client, "state">): boolean {
  return state !== ClientState.LEAVING;
}

/** The room class for this house's tables. */
export function tableRoomOf(house: House) {
  return class HouseTableRoom extends TableRoom {
    protected override readonly house = house;

    static override onAuth(token: string): Promise<Identity> {
      return admit(house, token);
    }
  };
}
