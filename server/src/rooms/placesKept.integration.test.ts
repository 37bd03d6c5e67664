/** A full table keeps the place of a player who is away and has chips in the running round. */
import { matchMaker } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Guest, TestHouse } from "../testing/openTestHouse.ts";
import {
  clientAt,
  entryRefusal,
  nextMessage,
  openTestHouse,
  SLOW_TABLE,
  sit,
  untilState,
} from "../testing/openTestHouse.ts";
import { tableRoomId } from "./roomIds.ts";

const FULL = [409, expect.stringMatching(/^TABLE_FULL: /)];

let house: TestHouse;
beforeAll(async () => {
  const tables = ["small", "moved", "besieged"].map((id) => ({
    ...SLOW_TABLE,
    id,
    maxPlayers: 2,
  }));
  house = await openTestHouse({ tables, seatKeptSeconds: 0.3 });
});
afterAll(() => house.close());

const turnedAway = ({ client }: Guest, tableId: string) =>
  entryRefusal(client.join("table", { tableId }));

const guests = (count: number) =>
  Promise.all(Array.from({ length: count }, () => house.guest())) as Promise<Guest[]>;

/** Loses the connection, and the seat after it. */
async function loseSeat(room: Awaited<ReturnType<typeof sit>>, tableId: string): Promise<void> {
  room.reconnection.enabled = false;
  await room.leave(false);
  const host = house.house.hosts.get(tableId);
  const seated = () => [...(host?.state.players.values() ?? [])].filter((one) => one.seated).length;
  await expect.poll(seated, { interval: 5 }).toBe(1);
}

describe("a full table", () => {
  it("keeps the place of who is away with chips on the felt, and of nobody else", async () => {
    const [ada, bob, eve] = (await guests(3)) as [Guest, Guest, Guest];
    const [away, watching] = [await sit(ada, "small"), await sit(bob, "small")];
    await away.request("bet", { op: "a", chips: [["red", 10]] });
    await loseSeat(away, "small");
    await untilState(watching, ({ players }) => players === 1);
    expect(await turnedAway(eve, "small")).toEqual(FULL);

    const back = await ada.client.join("table", { tableId: "small" });
    back.onMessage("*", () => {});
    expect(await nextMessage(back, "seat")).toMatchObject({ stake: 10 });
    expect(await turnedAway(eve, "small")).toEqual(FULL);

    // Without chips a seat that was lost is anybody's.
    await back.request("clear", { op: "b" });
    await loseSeat(back as unknown as typeof away, "small");
    const stranger = await sit(eve, "small");
    expect(await turnedAway(ada, "small")).toEqual(FULL);
    await Promise.all([stranger.leave(), watching.leave()]);
  });

  it("that goes on elsewhere keeps the places of those who had bet, whoever comes first", async () => {
    const [ada, bob, eve, tom] = (await guests(4)) as [Guest, Guest, Guest, Guest];
    const [first, second] = [await sit(ada, "moved"), await sit(bob, "moved")];
    await first.request("bet", { op: "a", chips: [["red", 10]] });
    const gone = Promise.all(
      [first, second].map((room) => new Promise((resolve) => room.onLeave(resolve))),
    );
    const before = house.house.hosts.get("moved");
    await house.house.pool.query(
      "UPDATE leases SET epoch = epoch + 1, holder = NULL WHERE table_id = 'moved'",
    );
    await gone;
    const isOpen = () => {
      const host = house.house.hosts.get("moved");
      const room = matchMaker.getLocalRoomById(tableRoomId("moved"));
      return host !== undefined && host !== before && room?.hasReachedMaxClients() === false;
    };
    await expect.poll(isOpen, { interval: 5, timeout: 5_000 }).toBe(true);

    const stranger = await sit(eve, "moved");
    expect(await turnedAway(tom, "moved")).toEqual(FULL);
    expect(await turnedAway(bob, "moved")).toEqual(FULL);
    const back = await ada.client.join("table", { tableId: "moved" });
    back.onMessage("*", () => {});
    expect(await nextMessage(back, "seat")).toMatchObject({ stake: 10 });
    expect(house.house.hosts.get("moved")?.state.players.size).toBe(2);
    await Promise.all([stranger.leave(), back.leave()]);
  });

  it("leaves room in its doorway for who is away, however many ask", async () => {
    const [ada, bob] = (await guests(2)) as [Guest, Guest];
    const [away, sitting] = [await sit(ada, "besieged"), await sit(bob, "besieged")];
    await away.request("bet", { op: "a", chips: [["red", 10]] });
    await loseSeat(away, "besieged");

    /** Reserves a seat without ever taking it. */
    const reserve = async ({ token }: Guest): Promise<number> => {
      const { http } = clientAt(house.url, token);
      const asked = http.post("/matchmake/join/table", { body: { tableId: "besieged" } });
      return asked.then(
        () => 200,
        ({ code }: { code: number }) => code,
      );
    };
    const room = matchMaker.getLocalRoomById(tableRoomId("besieged"));
    const before = room["_listing"].clients;
    const strangers = await guests(3);
    const asked = strangers.flatMap((one) => Array.from({ length: 15 }, () => reserve(one)));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([409]));
    expect(room["_listing"].clients).toBe(before);
    // Nor do those fill it who sit here, and would come with other devices.
    room.maxClients = before + 2;
    expect([await reserve(bob), await reserve(bob), await reserve(bob)]).toEqual([200, 409, 409]);
    // Nor does who is away, with one reservation after the other.
    expect([await reserve(ada), await reserve(ada)]).toEqual([200, 409]);

    room.maxClients = before + 10;
    const back = await sit(ada, "besieged");
    await Promise.all([back.leave(), sitting.leave()]);
  });
});
