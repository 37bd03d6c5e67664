import type { Client } from "@colyseus/core";
import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { sendOff } from "./sendOff.ts";

let clock: ManualClock;
let log: string[];
let there: boolean;
beforeEach(() => {
  clock = new ManualClock(0);
  log = [];
  there = true;
});

function clientsOf(count: number): readonly Client[] {
  return Array.from({ length: count }, (_, index) => {
    const send = (type: string, { comeBackInMs }: { comeBackInMs: number }) =>
      log.push(`${type} ${index} ${comeBackInMs}`);
    const leave = (code: number) => log.push(`${clock.now()} off ${index} ${code}`);
    return { send, leave } as unknown as Client;
  });
}

/** Lets promises that are settled run their consequences. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

async function run(clients: readonly Client[]): Promise<Promise<void>> {
  const sent = sendOff({ clients, clock, isThere: async () => there });
  await settle();
  return sent;
}

const left = () => log.filter((line) => line.includes("off")).length;

describe("sending players off", () => {
  it("tells everybody first, each with a moment to come back at", async () => {
    there = false;
    void run(clientsOf(120));
    await settle();
    expect(log).toHaveLength(120);
    expect([log[0], log[1], log[49], log[50]]).toEqual([
      "notice 0 0",
      "notice 1 1",
      "notice 49 49",
      "notice 50 0",
    ]);
  });

  it("waits until there is somewhere to go, and sends them a few at a time", async () => {
    there = false;
    void run(clientsOf(120));
    await settle();
    clock.advance(25);
    await settle();
    expect(left()).toBe(0);
    there = true;
    clock.advance(25);
    await settle();
    expect(left()).toBe(50);
    clock.advance(49);
    await settle();
    expect(left()).toBe(50);
    clock.advance(1);
    await settle();
    expect(left()).toBe(100);
    expect(log.at(-1)).toBe("100 off 99 4003");
  });

  it("waits for it no longer than a moment", async () => {
    there = false;
    void run(clientsOf(60));
    await settle();
    for (let turn = 0; turn < 1_500 / 25; turn += 1) {
      expect(left()).toBe(0);
      clock.advance(25);
      await settle();
    }
    expect(left()).toBe(50);
  });
});
