import { createHmac } from "node:crypto";
import { matchMaker } from "@colyseus/core";
import type { LobbyTableView } from "@croupier/shared/protocol/state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestHouse } from "../testing/openTestHouse.ts";
import {
  clientAt,
  entryRefusal,
  JWT_SECRET,
  nextMessage,
  openTestHouse,
  SLOW_TABLE,
  sit,
  untilState,
} from "../testing/openTestHouse.ts";
import { tableRoomId } from "./roomIds.ts";

interface LobbyState {
  readonly tables?: ReadonlyMap<string, LobbyTableView>;
}

let house: TestHouse;
beforeAll(async () => {
  const tables = [
    { ...SLOW_TABLE, id: "small", maxPlayers: 2 },
    { ...SLOW_TABLE, id: "large" },
  ];
  house = await openTestHouse({ tables, seatKeptSeconds: 0.3 });
});
afterAll(() => house.close());

/** A token as anybody could make one. */
function token(claims: object, secret: string, algorithm = "HS256"): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = `${part({ alg: algorithm, typ: "JWT" })}.${part(claims)}`;
  if (algorithm === "none") return `${body}.`;
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}

describe("the way in", () => {
  it("is not by making rooms", async () => {
    const { client } = await house.guest();
    for (const attempt of [
      client.create("table", { tableId: "large" }),
      client.joinOrCreate("table", { tableId: "large" }),
      client.create("lobby"),
    ]) {
      expect(await entryRefusal(attempt)).toEqual([403, expect.stringMatching(/^NOT_ALLOWED: /)]);
    }
  });

  it("to the lobby is open to all, but not to a token that is forged", async () => {
    const stranger = clientAt(house.url, "");
    await (await stranger.join("lobby")).leave();
    stranger.auth.token = token({ playerId: "ann" }, "not the secret");
    expect(await entryRefusal(stranger.join("lobby"))).toEqual([
      401,
      expect.stringMatching(/^UNAUTHENTICATED: /),
    ]);
  });

  it("is not for rooms and tables that there are not", async () => {
    const { client } = await house.guest();
    for (const attempt of [
      client.join("table", { tableId: "nowhere" }),
      client.join("table", { tableId: 7 }),
      client.join("table", { tableId: "__proto__" }),
      client.join("cellar"),
      client.joinById("table-nowhere"),
      client.reconnect("table-large:stolen"),
    ]) {
      expect(await entryRefusal(attempt)).toEqual([404, expect.stringMatching(/^NOT_FOUND: /)]);
    }
  });

  it.each<[string, (playerId: string) => string]>([
    ["none", () => ""],
    ["nonsense", () => "abc.def.ghi"],
    ["a forged one", (playerId) => token({ playerId }, "another secret")],
    ["an unsigned one", (playerId) => token({ playerId }, "", "none")],
    ["an expired one", (playerId) => token({ playerId, exp: 1_700_000_000 }, JWT_SECRET)],
    ["one of nobody", () => token({ playerId: "0123456789abcdef" }, JWT_SECRET)],
    ["one without a player", () => token({ name: "admin" }, JWT_SECRET)],
  ])("is not with a bad token: %s", async (_what, tokenOf) => {
    const { playerId } = await house.guest();
    const client = clientAt(house.url, tokenOf(playerId));
    expect(await entryRefusal(client.join("table", { tableId: "large" }))).toEqual([
      401,
      expect.stringMatching(/^UNAUTHENTICATED: /),
    ]);
  });

  it("leads to the lobby without a token", async () => {
    const lobby = await clientAt(house.url).join<LobbyState>("lobby");
    const state = await untilState(lobby, ({ tables }) => tables?.size === 2);
    const { tables } = JSON.parse(JSON.stringify(state));
    expect(Object.keys(tables)).toEqual(["small", "large"]);
    expect(tables["small"]).toMatchObject({ maxPlayers: 2, minStake: 1, wheel: "european" });
    lobby.onMessage("*", () => {});
    const notice = nextMessage(lobby, "notice");
    lobby.send("anything", {});
    expect(await notice).toMatchObject({ code: "MALFORMED" });
    await lobby.leave();
  });

  it("ends at a full table, and leads to one with a free seat where none is named", async () => {
    const [one, two, three] = [await house.guest(), await house.guest(), await house.guest()];
    const [first, second] = [await sit(one, "small"), await sit(two, "small")];
    expect(await entryRefusal(three.client.join("table", { tableId: "small" }))).toEqual([
      409,
      expect.stringMatching(/^TABLE_FULL: /),
    ]);
    const placed = await three.client.join("table", {});
    placed.onMessage("*", () => {});
    expect(placed.roomId).toBe("table-large");
    // Who sits there comes in with another device all the same.
    const device = await sit({ client: clientAt(house.url, one.token) }, "small");
    await Promise.all([device.leave(), placed.leave()]);
    await second.leave();
    const [third] = [await sit(three, "small")];
    await Promise.all([first.leave(), third.leave()]);
  });

  it("counts at the table and not in the doorway", async () => {
    const guests = await Promise.all(Array.from({ length: 6 }, () => house.guest()));
    const joins = await Promise.allSettled(
      guests.map(({ client }) => client.join("table", { tableId: "small" })),
    );
    const seated = joins.flatMap((join) => (join.status === "fulfilled" ? [join.value] : []));
    expect(seated).toHaveLength(2);
    for (const room of seated) room.onMessage("*", () => {});
    await Promise.all(seated.map((room) => room.leave()));
  });

  it("is only so wide for one player", async () => {
    const { token } = await house.guest();
    const joins = await Promise.allSettled(
      Array.from({ length: 30 }, () => clientAt(house.url, token).joinById("table-large")),
    );
    const seated = joins.flatMap((join) => (join.status === "fulfilled" ? [join.value] : []));
    expect(seated.length).toBeLessThanOrEqual(4);
    const refusals = joins.flatMap((join) => (join.status === "rejected" ? [join.reason] : []));
    expect(refusals.every(({ message }) => /^TOO_MANY_REQUESTS: /.test(message))).toBe(true);
    for (const room of seated) room.onMessage("*", () => {});
    await Promise.all(seated.map((room) => room.leave()));
  });
});

describe("a connection that drops", () => {
  it("keeps its seat for a while, and finds it again with everything on it", async () => {
    const [ada, watcher] = [await house.guest(), await house.guest()];
    const [room, watching] = [await sit(ada, "large"), await sit(watcher, "large")];
    await room.request("bet", { op: "before", chips: [["red", 10]] });
    room.reconnection.enabled = false;
    const { reconnectionToken } = room;
    await room.leave(false);
    const back = await ada.client.reconnect(reconnectionToken);
    expect(await nextMessage(back, "seat")).toMatchObject({
      stake: 10,
      chips: [["red", 10]],
      balance: 9_990,
    });
    await untilState(watching, ({ players }) => players === 2);
    expect(await back.request("undo", { op: "after" })).toMatchObject({ stake: 0 });
    back.onMessage("*", () => {});
    await Promise.all([back.leave(), watching.leave()]);
  });

  it("is given up for one that comes in anew, however often that happens", async () => {
    const ada = await house.guest();
    for (let time = 1; time <= 6; time += 1) {
      const room = await sit(ada, "small");
      room.reconnection.enabled = false;
      await room.leave(false);
    }
    const last = await sit(ada, "small");
    const counted = () => matchMaker.getLocalRoomById(tableRoomId("small"))["_listing"].clients;
    await expect.poll(counted).toBe(1);
    await last.leave();
  });

  it("gives its seat up after that, while its chips stay", async () => {
    const [ada, watcher] = [await house.guest(), await house.guest()];
    const [room, watching] = [await sit(ada, "large"), await sit(watcher, "large")];
    await room.request("bet", { op: "left", chips: [["black", 10]] });
    await untilState(watching, ({ players }) => players === 2);
    room.reconnection.enabled = false;
    await room.leave(false);
    const state = await untilState(watching, ({ players }) => players === 1);
    expect(state.spots.get("black")?.chips).toBe(10);
    expect(state.seats.has(ada.playerId)).toBe(false);
    // Coming in again is sitting down with one's own chips before one.
    const again = await ada.client.join("table", { tableId: "large" });
    expect(await nextMessage(again, "seat")).toMatchObject({ stake: 10 });
    expect(await again.request("clear", { op: "end" })).toMatchObject({ balance: 10_000 });
    again.onMessage("*", () => {});
    await Promise.all([again.leave(), watching.leave()]);
  });
});
