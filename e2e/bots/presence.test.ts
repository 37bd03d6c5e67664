import type { Client } from "@colyseus/sdk";
import { describe, expect, it } from "vitest";
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

async function sit() {
  const room = new FakeRoom();
  const none = () => undefined;
  const presence = new Presence({
    client: { join: async () => room } as unknown as Client,
    tableId: "one",
    tally: new Tally(),
    retry: { until: Date.now() + 60_000 },
    events: { state: none, seat: none, settled: none, voided: none, balance: none },
    sat: none,
  });
  await presence.sit();
  return { room, presence };
}

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
