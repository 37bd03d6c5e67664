/**
 * Keeps a place in a room.
 *
 * Two layers bring a lost connection back. The SDK reconnects by itself for as long as the server
 * keeps the seat (60 s). When it gives up, or the server sends everyone away, the room is joined
 * anew: after the time that the server named for that, or a moment of chance, and then with growing,
 * jittered pauses, until it works or the answer says that it never will.
 */
import type { NoticeMessage } from "@croupier/shared/protocol/messages";
import { awayMs, backoffMs, spreadMs } from "./backoff.ts";

/** What is needed of the SDK's room here. */
export interface RoomLike {
  readonly onLeave: (listener: (code: number) => void) => unknown;
  readonly onDrop: (listener: (code: number) => void) => unknown;
  readonly onReconnect: (listener: () => void) => unknown;
  readonly onMessage: (type: "notice", listener: (notice: NoticeMessage) => void) => unknown;
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
  let namedMs: number | undefined;
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
    void options.wait(namedMs ?? spreadMs(options.random())).then(() => {
      if (!stopped) joinFrom(1);
    });
  };

  const enter = (room: R): void => {
    current = room;
    namedMs = undefined;
    room.onMessage("notice", ({ comeBackInMs }) => {
      namedMs = awayMs(comeBackInMs) ?? namedMs;
    });
    room.onDrop(() => options.onStatus("reconnecting"));
    room.onReconnect(() => options.onStatus("online"));
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
