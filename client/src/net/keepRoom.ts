/**
 * Keeps a place in a room.
 *
 * Two layers bring a lost connection back. The SDK reconnects by itself for as long as the server
 * keeps the seat (60 s), at moments of chance within the time that the server named with the seat.
 * When it gives up, or the server sends everyone away, the room is joined anew: after the time that the
 * server named for that, or a moment of chance, and then with growing, jittered pauses, until it works
 * or the answer says that it never will.
 */
import type { Reconnection } from "@croupier/shared/protocol/comingBack";
import { joinAnewMs, knockApart, namedMs } from "@croupier/shared/protocol/comingBack";
import type { NoticeMessage, SeatMessage } from "@croupier/shared/protocol/messages";
import { backoffMs } from "./backoff.ts";

type Advice = Pick<SeatMessage, "comeBackWithinMs"> & Pick<NoticeMessage, "comeBackInMs">;

/** What is needed of the SDK's room here. */
export interface RoomLike {
  readonly onLeave: (listener: (code: number) => void) => unknown;
  readonly onDrop: (listener: (code: number) => void) => unknown;
  readonly onReconnect: (listener: () => void) => unknown;
  readonly onMessage: (type: "notice" | "seat", listener: (told: Advice) => void) => unknown;
  readonly reconnection: Reconnection;
  readonly leave: () => Promise<unknown>;
}

export type RoomStatus = "connecting" | "online" | "reconnecting";

export interface KeepRoomOptions<R extends RoomLike> {
  readonly join: () => Promise<R>;
  /** Called with each joined room, before anything of it is lost. */
  readonly attach: (room: R) => void;
  readonly onStatus: (status: RoomStatus) => void;
  /**
   * True for an error after which joining again is pointless, so many milliseconds after the last stay;
   * infinite before the first.
   */
  readonly isFinal: (error: unknown, awayMs: number) => boolean;
  /** Called once, with the final error or the code that ended the stay for good. */
  readonly onEnd: (error: unknown) => void;
  /** Close codes by which the server says: do not come back. */
  readonly finalCodes: readonly number[];
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Milliseconds of a clock of this machine. */
  readonly localNow: () => number;
  readonly random: () => number;
}

export interface KeptRoom<R> {
  /** The room while there is one, connected or reconnecting. */
  readonly room: () => R | null;
  /** Leaves for good. */
  readonly stop: () => void;
}

/** Joins and stays until stopped. */
export function keepRoom<R extends RoomLike>(options: KeepRoomOptions<R>): KeptRoom<R> {
  let stopped = false;
  let current: R | null = null;
  /** What the server named as the time to stay away after this stay. */
  let awayMs: number | undefined;
  /** What it named as the time to come back within, where the connection ends without a word. */
  let withinMs: number | undefined;
  /** Those who knocked in vain came apart already. */
  let knocking = false;
  let leftAt = Number.NEGATIVE_INFINITY;

  const end = (error: unknown): void => {
    stopped = true;
    options.onEnd(error);
  };

  const onLeave = (room: R, code: number): void => {
    if (current !== room) return;
    current = null;
    leftAt = options.localNow();
    if (stopped) return;
    if (options.finalCodes.includes(code)) return end(code);
    options.onStatus("reconnecting");
    const spreadMs = knocking ? undefined : withinMs;
    void options.wait(awayMs ?? joinAnewMs(spreadMs, options.random())).then(() => {
      if (!stopped) joinFrom(1);
    });
  };

  const enter = (room: R): void => {
    current = room;
    awayMs = undefined;
    withinMs = undefined;
    knocking = false;
    room.onMessage("notice", ({ comeBackInMs }) => {
      awayMs = namedMs(comeBackInMs) ?? awayMs;
    });
    room.onMessage("seat", ({ comeBackWithinMs }) => {
      withinMs = namedMs(comeBackWithinMs);
    });
    knockApart(room.reconnection, () => withinMs, options.random);
    room.onDrop(() => {
      knocking = true;
      options.onStatus("reconnecting");
    });
    room.onReconnect(() => {
      knocking = false;
      options.onStatus("online");
    });
    room.onLeave((code) => onLeave(room, code));
    options.attach(room);
    options.onStatus("online");
  };

  const joinFrom = (count: number): void => {
    options.join().then(
      (room) => {
        if (stopped) depart(room);
        else enter(room);
      },
      (error: unknown) => {
        if (stopped) return;
        if (options.isFinal(error, options.localNow() - leftAt)) return end(error);
        const pause = backoffMs(count, options.random());
        void options.wait(pause).then(() => {
          if (!stopped) joinFrom(count + 1);
        });
      },
    );
  };

  options.onStatus("connecting");
  joinFrom(1);
  return {
    room: () => current,
    stop: () => {
      stopped = true;
      if (current !== null) depart(current);
      current = null;
    },
  };
}

/** A connection that is already gone cannot be left; that is as good as having left. */
function depart(room: RoomLike): void {
  void room.leave().catch(() => undefined);
}
