import { matchMaker } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../platform/freePort.ts";
import type { Guest, TestHouse } from "../testing/openTestHouse.ts";
import { openTestHouse, SLOW_TABLE, sit } from "../testing/openTestHouse.ts";
import { Arrivals } from "./arrivals.ts";

let house: TestHouse;
let metricsPort = 0;
beforeAll(async () => {
  metricsPort = await freePort();
  house = await openTestHouse({
    tables: [
      { ...SLOW_TABLE, maxPlayers: 2 },
      { ...SLOW_TABLE, id: "large" },
    ],
    environment: { METRICS_PORT: String(metricsPort) },
  });
});
afterAll(() => house.close());

/** Reserves a seat without ever taking it; answers the status. */
async function reserve({ token }: Guest, tableId: string): Promise<number> {
  const response = await fetch(`${house.url}/matchmake/join/table`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ tableId }),
  });
  await response.text();
  return response.status;
}

async function statuses(guests: readonly Guest[], each: number, tableId: string) {
  const asked = guests.flatMap((guest) => Array.from({ length: each }, () => guest));
  const counts = new Map<number, number>();
  for (const status of await Promise.all(asked.map((guest) => reserve(guest, tableId)))) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

describe("seats that are reserved and not taken", () => {
  it("are only so many for one player", async () => {
    const counts = await statuses([await house.guest()], 60, "large");
    expect(counts.get(200)).toBeLessThanOrEqual(25);
    expect(counts.get(429)).toBeGreaterThanOrEqual(35);
    expect(await reserve(await house.guest(), "large")).toBe(200);
  });

  it("are only so many at one table", async () => {
    const guests = await Promise.all(Array.from({ length: 5 }, () => house.guest()));
    const counts = await statuses(guests, 18, "slow");
    expect([counts.get(200), counts.get(409)]).toEqual([66, 24]);
    // Other tables do not notice.
    expect(await reserve(await house.guest(), "large")).toBe(200);
  });
});

describe("the seats of a room", () => {
  it("are not counted anew for each who asks: a crowd in the doorway costs nobody anything", async () => {
    const room = matchMaker.getLocalRoomById("table-large");
    const seats = room["_reservedSeats"];
    let counted = 0;
    room["_reservedSeats"] = new Proxy(seats, {
      ownKeys: (target) => {
        counted += 1;
        return Reflect.ownKeys(target);
      },
    });
    await reserve(await house.guest(), "large");
    const sitting = await sit(await house.guest(), "large");
    await sitting.leave();
    room["_reservedSeats"] = seats;
    expect(counted).toBe(0);
  });
});

describe("whoever got a seat", () => {
  it("is waited for until they come", async () => {
    const given = vi.spyOn(Arrivals.prototype, "given");
    const arrived = vi.spyOn(Arrivals.prototype, "arrived");
    const room = await sit(await house.guest(), "large");
    expect(given.mock.calls).toEqual([[room.sessionId]]);
    expect(arrived.mock.calls).toEqual([[room.sessionId]]);
    await reserve(await house.guest(), "large");
    expect(given).toHaveBeenCalledTimes(2);
    expect(arrived).toHaveBeenCalledTimes(1);
    await room.leave();
  });
});

describe("an error that nobody caught", () => {
  it("in a room raises the alarm", async () => {
    const alarms = async () => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return text.split("\n").filter((line) => /^croupier_alarms_total\{.*room/.test(line));
    };
    expect(await alarms()).toEqual([]);
    const host = house.house.hosts.get("large");
    if (host === undefined) throw new Error("no table");
    const room = await sit(await house.guest(), "large");
    Object.defineProperty(host, "leave", {
      configurable: true,
      value: () => {
        throw new Error("a bug in leave");
      },
    });
    await room.leave();
    Reflect.deleteProperty(host, "leave");
    expect(await alarms()).toEqual([expect.stringMatching(/ 1$/)]);
  });
});
