/** A table whose lease is lost, and comes back to the same process at once. */
import { CloseCode } from "@colyseus/core";
import type { NoticeMessage } from "@croupier/shared/protocol/messages";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Guest, TestHouse } from "../testing/openTestHouse.ts";
import { entryRefusal, nextMessage, openTestHouse, sit } from "../testing/openTestHouse.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

let guest: Guest;
beforeEach(async () => {
  guest = await house.guest();
});

/** Somebody else had the table for a moment. */
async function loseLease(): Promise<void> {
  const before = house.house.hosts.get("slow");
  await house.house.pool.query("UPDATE leases SET epoch = epoch + 1, holder = NULL");
  const host = () => house.house.hosts.get("slow");
  await expect
    .poll(() => host() !== undefined && host() !== before, { interval: 5, timeout: 5_000 })
    .toBe(true);
}

/** Asks for a seat until there is one, soon; what it was refused with meanwhile. */
async function seatAgain(): Promise<ReadonlySet<string>> {
  const refusals = new Set<string>();
  await expect
    .poll(
      async () => {
        const joining = sit(guest, "slow");
        const refused = await joining.then(
          () => null,
          () => entryRefusal(joining),
        );
        if (refused === null) return "seated";
        refusals.add(JSON.parse(refused[1]).code);
        return "refused";
      },
      { interval: 20, timeout: 5_000 },
    )
    .toBe("seated");
  return refusals;
}

it("opens its room again at once, whoever had only reserved a seat there", async () => {
  const sitting = await sit(await house.guest(), "slow");
  const gone = new Promise((resolve) => sitting.onLeave(resolve));
  // Reserved and not taken: the reservation would be good for ten seconds.
  await house.guest().then(({ client }) =>
    client.http.post("/matchmake/join/table", {
      body: { tableId: "slow" },
    }),
  );
  await loseLease();
  await gone;
  const refusals = await seatAgain();
  expect([...refusals].filter((code) => code !== "TABLE_PAUSED")).toEqual([]);
});

it("never leaves a room with a host that lost its table", async () => {
  for (let time = 0; time < 3; time += 1) {
    await loseLease();
    await seatAgain();
    const room = await sit(await house.guest(), "slow");
    await expect(room.request("time", {})).resolves.toHaveProperty("now");
    const bet = room.request("bet", { op: `b${time}`, chips: [["red", 10]] });
    await expect(bet).resolves.toMatchObject({ stake: 10 });
  }
});

it("sends a crowd off to find the table, everyone of it, and nobody comes back to the old room", async () => {
  const guests = await Promise.all(Array.from({ length: 120 }, () => house.guest()));
  const rooms = await Promise.all(guests.map((one) => sit(one, "slow")));
  const left = rooms.map((room) => {
    room.reconnection.minUptime = 0;
    return new Promise<number>((resolve) => room.onLeave(resolve));
  });
  const drops: number[] = [];
  for (const room of rooms) room.onDrop((code) => drops.push(code));
  const notices = rooms.map((room) => nextMessage<NoticeMessage>(room, "notice"));
  await loseLease();
  const told = await Promise.all(notices);
  expect(new Set(told.map(({ code }) => code))).toEqual(new Set(["TABLE_PAUSED"]));
  // Each of those who go together has a moment of its own.
  const delays = told.map(({ comeBackInMs }) => comeBackInMs);
  expect(new Set(delays)).toEqual(new Set(Array.from({ length: 50 }, (_, index) => index)));
  expect(new Set(await Promise.all(left))).toEqual(new Set([CloseCode.FAILED_TO_RECONNECT]));
  // Nobody tried in vain to come back to where nothing is.
  expect(drops).toEqual([]);
  await seatAgain();
});
