import { Room } from "@colyseus/sdk";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { RoomLike, RoomStatus } from "./keepRoom.ts";
import { keepRoom } from "./keepRoom.ts";

type Listener = Parameters<RoomLike["onMessage"]>[1];

class FakeRoom {
  left = false;
  readonly #leave: ((code: number) => void)[] = [];
  readonly #drop: ((code: number) => void)[] = [];
  readonly #back: (() => void)[] = [];
  readonly onLeave = (listener: (code: number) => void) => this.#leave.push(listener);
  readonly onDrop = (listener: (code: number) => void) => this.#drop.push(listener);
  readonly onReconnect = (listener: () => void) => this.#back.push(listener);
  readonly #notices: Listener[] = [];
  readonly #seats: Listener[] = [];
  readonly onMessage = (type: "notice" | "seat", listener: Listener) =>
    (type === "seat" ? this.#seats : this.#notices).push(listener);
  readonly reconnection = {
    ...{ minUptime: 5_000, minDelay: 100, maxDelay: 5_000, maxRetries: 15 },
    backoff: (attempt: number, delay: number) => 2 ** attempt * delay,
  };
  leave(): Promise<void> {
    this.left = true;
    return Promise.resolve();
  }
  fireLeave(code: number): void {
    for (const listener of this.#leave) listener(code);
  }
  fireNotice(comeBackInMs?: number): void {
    const notice = comeBackInMs === undefined ? {} : { comeBackInMs };
    for (const listener of this.#notices) listener(notice);
  }
  /** The server tells the seat, as after a join or a return. */
  fireSeat(comeBackWithinMs?: number): void {
    const seat = comeBackWithinMs === undefined ? {} : { comeBackWithinMs };
    for (const listener of this.#seats) listener(seat);
  }
  fireDrop(): void {
    for (const listener of this.#drop) listener(1006);
  }
  fireBack(): void {
    for (const listener of this.#back) listener();
  }
}

/** Lets promises that are settled run their consequences. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** A house whose door the test opens and shuts. */
function house() {
  const joins: { open: (room: FakeRoom) => void; shut: (error: unknown) => void }[] = [];
  const statuses: RoomStatus[] = [];
  const pauses: number[] = [];
  const ends: unknown[] = [];
  const attached: FakeRoom[] = [];
  const clock = { now: 1_000 };
  const kept = keepRoom<FakeRoom>({
    join: () => new Promise((open, shut) => joins.push({ open, shut })),
    attach: (room) => attached.push(room),
    onStatus: (status) => statuses.push(status),
    isFinal: (error, awayMs) => error === "BANNED" || (error === "FULL" && awayMs >= 20_000),
    onEnd: (error) => ends.push(error),
    finalCodes: [4003],
    wait: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    localNow: () => clock.now,
    random: () => 1,
  });
  return { joins, statuses, pauses, ends, attached, kept, clock };
}

describe("keeping a room", () => {
  it("tries until the door opens, with growing pauses", async () => {
    const { joins, statuses, pauses, attached, kept } = house();
    for (let count = 0; count < 3; count++) {
      joins[count]?.shut(new Error("unreachable"));
      await settle();
    }
    expect(pauses).toEqual([250, 500, 1_000]);
    const room = new FakeRoom();
    joins[3]?.open(room);
    await settle();
    expect(kept.room()).toBe(room);
    expect(attached).toEqual([room]);
    expect(statuses).toEqual(["connecting", "online"]);
  });

  it("tells a dropped connection and its return, and keeps the room meanwhile", async () => {
    const { joins, statuses, kept } = house();
    const room = new FakeRoom();
    joins[0]?.open(room);
    await settle();
    room.fireDrop();
    expect(kept.room()).toBe(room);
    room.fireBack();
    expect(statuses).toEqual(["connecting", "online", "reconnecting", "online"]);
  });

  it("joins anew when the room is gone", async () => {
    const { joins, statuses, pauses, kept } = house();
    const first = new FakeRoom();
    joins[0]?.open(first);
    await settle();
    first.fireLeave(4001);
    expect(kept.room()).toBeNull();
    await settle();
    // Everyone who was there does the same: they come back one after the other.
    expect(pauses).toEqual([500]);
    const second = new FakeRoom();
    joins[1]?.open(second);
    await settle();
    expect(kept.room()).toBe(second);
    expect(statuses.at(-1)).toBe("online");
  });

  it("comes back when the server said, where it said so", async () => {
    const { joins, pauses } = house();
    const first = new FakeRoom();
    joins[0]?.open(first);
    await settle();
    first.fireNotice(37);
    first.fireNotice();
    first.fireLeave(4001);
    await settle();
    const second = new FakeRoom();
    joins[1]?.open(second);
    await settle();
    second.fireLeave(4001);
    await settle();
    // What was said of one stay does not count for the next one.
    expect(pauses).toEqual([37, 500]);
    expect(joins).toHaveLength(3);
  });

  it("comes back to a room lost without a word within the time that came with the seat", async () => {
    const { joins, pauses } = house();
    const first = new FakeRoom();
    joins[0]?.open(first);
    await settle();
    first.fireSeat(2_000);
    first.fireLeave(4001);
    await settle();
    const second = new FakeRoom();
    joins[1]?.open(second);
    await settle();
    second.fireSeat(2_000);
    second.fireNotice(37);
    second.fireLeave(4001);
    await settle();
    const third = new FakeRoom();
    joins[2]?.open(third);
    await settle();
    third.fireLeave(4001);
    await settle();
    expect(pauses).toEqual([2_000, 37, 500]);
  });

  it("does not wait that long again where the SDK came in vain, at its own moment of it", async () => {
    const { joins, pauses } = house();
    const room = new FakeRoom();
    joins[0]?.open(room);
    await settle();
    room.fireSeat(2_000);
    room.fireDrop();
    room.fireLeave(4001);
    await settle();
    expect(pauses).toEqual([500]);

    const second = new FakeRoom();
    joins[1]?.open(second);
    await settle();
    second.fireSeat(2_000);
    second.fireDrop();
    second.fireBack();
    second.fireLeave(4001);
    await settle();
    expect(pauses).toEqual([500, 2_000]);
  });

  it("does not come back where it was left while it waited to", async () => {
    const { joins, kept } = house();
    const room = new FakeRoom();
    joins[0]?.open(room);
    await settle();
    room.fireLeave(4001);
    kept.stop();
    await settle();
    expect(joins).toHaveLength(1);
  });

  it("stops where the answer will never change", async () => {
    const { joins, pauses, ends } = house();
    joins[0]?.shut("BANNED");
    await settle();
    expect(ends).toEqual(["BANNED"]);
    expect(pauses).toEqual([]);
  });

  it("takes for final what is so only for who was not there a moment ago", async () => {
    const { joins, ends, clock } = house();
    const room = new FakeRoom();
    joins[0]?.open(room);
    await settle();
    clock.now += 60_000;
    room.fireLeave(4001);
    await settle();
    clock.now += 19_999;
    joins[1]?.shut("FULL");
    await settle();
    expect([joins.length, ends]).toEqual([3, []]);
    clock.now += 1;
    joins[2]?.shut("FULL");
    await settle();
    expect(ends).toEqual(["FULL"]);

    const elsewhere = house();
    elsewhere.joins[0]?.shut("FULL");
    await settle();
    expect(elsewhere.ends).toEqual(["FULL"]);
  });

  it("stays away when sent away for good", async () => {
    const { joins, ends } = house();
    const room = new FakeRoom();
    joins[0]?.open(room);
    await settle();
    room.fireLeave(4003);
    expect(ends).toEqual([4003]);
    expect(joins).toHaveLength(1);
  });

  it("leaves when asked to, even a room that opens too late", async () => {
    const { joins, attached, kept } = house();
    kept.stop();
    const late = new FakeRoom();
    joins[0]?.open(late);
    await settle();
    expect(late.left).toBe(true);
    expect(attached).toEqual([]);
    expect(kept.room()).toBeNull();
  });
});

describe("rooms of the stock SDK whose connections end together", () => {
  afterEach(() => void vi.useRealTimers());

  /** When each of a crowd first knocks, in milliseconds after the end; all were told `withinMs`. */
  async function firstKnocks(crowd: number, withinMs: number | undefined) {
    vi.useFakeTimers();
    vi.spyOn(console, "info").mockReturnValue(undefined);
    const moments: number[] = [];
    const rooms = Array.from({ length: crowd }, (_, index) => {
      const room = new Room("table");
      keepRoom<Room>({
        join: () => Promise.resolve(room),
        attach: () => undefined,
        onStatus: () => undefined,
        isFinal: () => true,
        onEnd: () => undefined,
        finalCodes: [],
        wait: () => new Promise(() => undefined),
        localNow: () => Date.now(),
        random: () => index / crowd,
      });
      return room;
    });
    await settle();
    const endedAt = Date.now();
    for (const room of rooms) {
      const reconnect = () => void moments.push(Date.now() - endedAt);
      Object.assign(room, { reconnectionToken: "room:token", connection: { reconnect } });
      room["dispatchMessage"]("seat", { comeBackWithinMs: withinMs });
      room["handleReconnection"](1006, "");
    }
    vi.advanceTimersByTime(20_000);
    return moments.toSorted((one, other) => one - other);
  }

  it("knock one after the other, for as long as the server named", async () => {
    const moments = await firstKnocks(200, 2_000);
    expect(moments).toHaveLength(200);
    expect(new Set(moments).size).toBeGreaterThan(190);
    expect([moments[0], moments[50], moments[199]]).toEqual([100, 1_100, 2_095]);
  });

  it("knock apart where it named nothing", async () => {
    const moments = await firstKnocks(10, undefined);
    expect(new Set(moments).size).toBe(10);
    expect(moments.at(-1)).toBeLessThan(600);
  });

  it("knock as soon as ever where a player is alone", async () => {
    expect(await firstKnocks(1, 0)).toEqual([100]);
  });
});
