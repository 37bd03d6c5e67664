import type { NoticeMessage } from "@croupier/shared/protocol/messages";
import { describe, expect, it } from "vitest";
import type { RoomStatus } from "./keepRoom.ts";
import { keepRoom } from "./keepRoom.ts";

class FakeRoom {
  left = false;
  readonly #leave: ((code: number) => void)[] = [];
  readonly #drop: ((code: number) => void)[] = [];
  readonly #back: (() => void)[] = [];
  readonly onLeave = (listener: (code: number) => void) => this.#leave.push(listener);
  readonly onDrop = (listener: (code: number) => void) => this.#drop.push(listener);
  readonly onReconnect = (listener: () => void) => this.#back.push(listener);
  readonly #notices: ((notice: NoticeMessage) => void)[] = [];
  readonly onMessage = (_type: "notice", listener: (notice: NoticeMessage) => void) =>
    this.#notices.push(listener);
  leave(): Promise<void> {
    this.left = true;
    return Promise.resolve();
  }
  fireLeave(code: number): void {
    for (const listener of this.#leave) listener(code);
  }
  fireNotice(comeBackInMs?: number): void {
    const notice = { code: "TABLE_PAUSED", message: "It goes on elsewhere." };
    for (const listener of this.#notices) {
      listener(comeBackInMs === undefined ? notice : { ...notice, comeBackInMs });
    }
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
