/** What table rooms and the lobby have in common: they stay, and what goes wrong in one stays in it. */
import type {
  Client,
  ClientPrivate,
  ExtractRoomClient,
  RoomException,
  RoomOptions,
} from "@colyseus/core";
import {
  ClientState,
  CloseCode,
  matchMaker,
  Room,
  RoomInternalState,
  ServerError,
} from "@colyseus/core";
import type { House, Identity } from "./house.ts";

/** How long a seat waits for whoever got it. */
export const SEAT_SECONDS = 10;
/** Messages that wait for one who got a seat and has not said so yet; more: the connection is closed. */
export const MOST_WAITING = 1_000;

export abstract class HouseRoom<Options extends RoomOptions> extends Room<Options> {
  protected abstract readonly house: House;
  override autoDispose = false;
  override seatReservationTimeout = SEAT_SECONDS;

  constructor() {
    super();
    const reserve = this["_reserveSeat"].bind(this);
    this["_reserveSeat"] = async (...given: Parameters<typeof reserve>) => {
      const [sessionId, , auth, , comesBack = false] = given;
      if (!comesBack && !this.mayReserve(auth as Identity)) return false;
      const reserved = await reserve(...given);
      if (reserved && !comesBack) this.house.arrivals.given(String(sessionId));
      return reserved;
    };
  }

  /** Whether somebody new may have a seat, as far as it is not for the number of connections. */
  protected mayReserve(_auth: Identity): boolean {
    return true;
  }

  /** For `onJoin`: whoever got this seat has come. */
  protected arrived({ sessionId }: Pick<Client, "sessionId">): void {
    this.house.arrivals.arrived(sessionId);
  }

  override broadcastPatch(): boolean {
    // Looked at here: this is as often as anybody is told anything, and nobody else has to look.
    for (const client of this.clients.filter(hasTooMuchWaiting)) this.#cutOff(client);
    return super.broadcastPatch();
  }

  /** Out of the room first, so that nothing more waits for whoever does not mind being closed. */
  #cutOff(client: ExtractRoomClient<Options>): void {
    const leave = () => client.leave(CloseCode.WITH_ERROR);
    this["_onLeave"](client, CloseCode.WITH_ERROR).then(leave, (error: unknown) =>
      this.bug(error, "cutOff"),
    );
  }

  /** The SDK comes back by itself: to the next process, or to this room's successor. */
  override disconnect(closeCode: number = CloseCode.MAY_TRY_RECONNECT): Promise<unknown> {
    this.dropReservations();
    return super.disconnect(closeCode);
  }

  override onBeforeShutdown(): void {
    this.disconnect().catch((error: unknown) => this.bug(error, "shutdown"));
  }

  override onUncaughtException(error: RoomException, method: string): void {
    if (error.cause instanceof ServerError) return;
    this.bug(error.cause ?? error, method);
  }

  /** Whether nobody is to come in here any more. */
  get isClosing(): boolean {
    return this.isDisposing;
  }

  protected get isDisposing(): boolean {
    return this["_internalState"] === RoomInternalState.DISPOSING;
  }

  /** Of connections and reservations: their number is kept, not counted anew for each who asks. */
  override hasReachedMaxClients(): boolean {
    return this.isDisposing || this["_listing"].clients >= this.maxClients;
  }

  /** Nobody is to be sent here any more: neither by this process nor by another. */
  protected withdraw(): void {
    this.dropReservations();
    void matchMaker.driver.remove(this.roomId);
    // Where the room is by now, its successor hears the same channel, and shall be the only one.
    void this.presence.unsubscribe(`$${this.roomId}`);
  }

  /** Who has only reserved a seat does not keep a room that is to close from closing. */
  protected dropReservations(): void {
    for (const sessionId of Object.keys(this["_reservedSeats"])) {
      clearTimeout(this["_reservedSeatTimeouts"][sessionId]);
      delete this["_reservedSeats"][sessionId];
      delete this["_reservedSeatTimeouts"][sessionId];
      this.house.arrivals.forget(sessionId);
    }
  }

  /** What is called from outside a request must not throw into its caller; null where it did. */
  protected guarded<T>(where: string, act: () => T): T | null {
    try {
      return act();
    } catch (error) {
      this.bug(error, where);
      return null;
    }
  }

  /** Somebody has to look; everybody else plays on. */
  protected bug(error: unknown, where: string): void {
    this.house.log.error({ err: error, roomId: this.roomId, where }, "a bug in a room");
    this.house.alarm(`${this.roomName} room`);
  }
}

function hasTooMuchWaiting(client: Pick<Client, "state">): boolean {
  const { _enqueuedMessages: waiting } = client as Partial<ClientPrivate>;
  return client.state === ClientState.JOINING && (waiting?.length ?? 0) > MOST_WAITING;
}
