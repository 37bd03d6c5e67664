import type { Client } from "@colyseus/sdk";
import { describe, expect, it, vi } from "vitest";
import { Presence } from "./presence.ts";
import { Tally } from "./tally.ts";

/** A room of the SDK whose connection breaks and comes back as a test wishes. */
class FakeRoom {
  readonly reconnection = { minUptime: 0 };
  readonly connection = { isOpen: true };
  left = false;
  #dropped: () => void = () => undefined;
  #back: () => void = () => undefined;
  #gone: () => void = () => undefined;

  onStateChange(): void {}

  onMessage(): void {}

  onDrop(listener: () => void): void {
    this.#dropped = listener;
  }

  onReconnect(listener: () => void): void {
    this.#back = listener;
  }

  onLeave(listener: () => void): void {
    this.#gone = listener;
  }

  drop(): void {
    this.connection.isOpen = false;
    this.#dropped();
  }

  comeBack(): void {
    this.connection.isOpen = true;
    this.#back();
  }

  giveUp(): void {
    this.#gone();
  }

  async leave(): Promise<void> {
    this.left = true;
    this.connection.isOpen = false;
    this.#gone();
  }
}

const FULL = Object.assign(new Error("TABLE_FULL: This table has no free seat."), { code: 409 });

/** A bot that is to sit down, at a door that answers as `join` does. */
function bot(join: () => Promise<unknown>) {
  const none = () => undefined;
  const tally = new Tally();
  const presence = new Presence({
    client: { join } as unknown as Client,
    tableId: "one",
    tally,
    retry: { until: Date.now() + 60_000 },
    events: { state: none, seat: none, settled: none, voided: none, balance: none },
    sat: none,
  });
  return { presence, tally };
}

async function sit() {
  const room = new FakeRoom();
  const { presence } = bot(async () => room);
  await presence.sit();
  return { room, presence };
}

describe("a bot whose seat is gone", () => {
  it("comes back to a table that is full for the moment", async () => {
    const [first, second] = [new FakeRoom(), new FakeRoom()];
    const door = vi.fn<() => Promise<FakeRoom>>().mockResolvedValueOnce(first);
    door.mockRejectedValueOnce(FULL).mockRejectedValueOnce(FULL).mockResolvedValueOnce(second);
    const { presence, tally } = bot(door);
    await presence.sit();
    first.giveUp();
    await expect.poll(() => presence.seated, { timeout: 5_000 }).toBe(true);
    expect(door).toHaveBeenCalledTimes(4);
    await expect.poll(() => [tally.reconnected, tally.errors]).toEqual([1, []]);
  });

  it("was never there where the table is full from the start", async () => {
    const { presence } = bot(() => Promise.reject(FULL));
    await expect(presence.sit()).rejects.toThrow("TABLE_FULL");
  });
});

describe("a bot that leaves", () => {
  it("gives its seat up", async () => {
    const { room, presence } = await sit();
    await presence.leave();
    expect(room.left).toBe(true);
  });

  it("comes back first where it is away: nobody stays behind over the SDK's next try", async () => {
    const { room, presence } = await sit();
    room.drop();
    const leaving = presence.leave();
    room.comeBack();
    await leaving;
    expect(room.left).toBe(true);
  });

  it("is done where the seat is lost meanwhile", async () => {
    const { room, presence } = await sit();
    room.drop();
    const leaving = presence.leave();
    room.giveUp();
    await leaving;
    expect(presence.seated).toBe(false);
  });
});
