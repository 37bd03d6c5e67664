import type { SeatMessage, SettledMessage } from "@croupier/shared/protocol/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestHouse } from "../testing/openTestHouse.ts";
import {
  betSoon,
  clientAt,
  FAST_TABLE,
  nextMessage,
  openTestHouse,
  refusalOf,
  SLOW_TABLE,
  sit,
  untilState,
} from "../testing/openTestHouse.ts";

let house: TestHouse;
beforeAll(async () => {
  const tables = [
    {
      ...SLOW_TABLE,
      limits: { min: 5, max: { straight: 100 }, playerMax: 5_000, houseMax: 50_000 },
    },
    FAST_TABLE,
  ];
  house = await openTestHouse({ tables });
});
afterAll(() => house.close());

describe("a seat", () => {
  it("comes with the player's own place and a view that everyone shares", async () => {
    const guest = await house.guest("Grace");
    const room = await guest.client.join("table", { tableId: "slow" });
    const seat = await nextMessage<SeatMessage>(room, "seat");
    expect(seat).toMatchObject({
      playerId: guest.playerId,
      name: "Grace",
      balance: 10_000,
      stake: 0,
      chips: [],
      lastChips: [],
      clientSeed: null,
    });
    expect(seat.limits).toMatchObject({ min: 5, playerMax: 5_000 });
    await room.leave();
  });

  it("names the time for all who are there to come back in, of every table of the process", async () => {
    const players = () => [...house.house.hosts.values()].map(({ state }) => state.players.size);
    await expect.poll(players, { interval: 5, timeout: 5_000 }).toEqual([0, 0]);
    const named: (number | undefined)[] = [];
    const rooms = [];
    for (const tableId of ["slow", "fast", "slow"]) {
      const { client } = await house.guest();
      const room = await client.join("table", { tableId });
      named.push((await nextMessage<SeatMessage>(room, "seat")).comeBackWithinMs);
      rooms.push(room);
    }
    // A player alone comes back at once.
    expect(named).toEqual([0, 1, 2]);
    for (const room of rooms) await room.leave();
  });

  it("shows its chips to the others", async () => {
    const [ada, bob] = [await house.guest("Ada"), await house.guest("Bob")];
    const [adas, bobs] = [await sit(ada, "slow"), await sit(bob, "slow")];
    const answer = await adas.request("bet", {
      op: "one",
      chips: [
        ["split:17-20", 20],
        ["red", 30],
        ["red", 10],
      ],
    });
    expect(answer).toMatchObject({ op: "one", stake: 60, balance: 9_940 });
    const state = await untilState(bobs, ({ spots }) => spots.get("red")?.chips === 40);
    const { spots, seats } = JSON.parse(JSON.stringify(state));
    expect(spots["split:17-20"]).toEqual({ chips: 20, players: 1 });
    expect(seats[ada.playerId]).toMatchObject({
      name: "Ada",
      stake: 60,
      chips: { red: 40, "split:17-20": 20 },
    });
    const cleared = await adas.request("clear", { op: "two" });
    expect(cleared).toMatchObject({ stake: 0, chips: [], balance: 10_000 });
    await untilState(bobs, ({ spots }) => spots.size === 0);
    await Promise.all([adas.leave(), bobs.leave()]);
  });

  it("is one for all devices of a player, and each hears of the others", async () => {
    const ada = await house.guest();
    const [first, second] = [
      await sit(ada, "slow"),
      await sit({ client: clientAt(house.url, ada.token) }, "slow"),
    ];
    const elsewhere = await sit({ client: clientAt(house.url, ada.token) }, "fast");
    await untilState(first, ({ players }) => players === 1);
    const told = [
      nextMessage(second, "balance"),
      nextMessage<SeatMessage>(second, "seat"),
      nextMessage(elsewhere, "balance"),
    ];
    await first.request("bet", { op: "a", chips: [["red", 50]] });
    expect(await Promise.all(told)).toMatchObject([
      { balance: 9_950 },
      { balance: 9_950, stake: 50, chips: [["red", 50]] },
      { balance: 9_950 },
    ]);
    await first.leave();
    expect(await second.request("undo", { op: "b" })).toMatchObject({ stake: 0 });
    await Promise.all([second.leave(), elsewhere.leave()]);
  });

  it("tells the player's other devices nothing of an old answer that is given again", async () => {
    const ada = await house.guest();
    const [first, second] = [
      await sit(ada, "slow"),
      await sit({ client: clientAt(house.url, ada.token) }, "slow"),
    ];
    const balances: number[] = [];
    second.onMessage<{ balance: number }>("balance", ({ balance }) => balances.push(balance));
    await first.request("bet", { op: "a", chips: [["red", 50]] });
    await first.request("bet", { op: "b", chips: [["red", 20]] });
    const again = await first.request("bet", { op: "a", chips: [["red", 50]] });
    expect(again).toMatchObject({ op: "a", balance: 9_950 });
    // What was sent to the second device by now comes before this answer.
    await second.request("time", {});
    expect(balances).toEqual([9_950, 9_930]);
    await Promise.all([first.leave(), second.leave()]);
  });

  it("plays a round to its end", async () => {
    const ada = await house.guest();
    const room = await sit(ada, "fast");
    const settled = nextMessage<SettledMessage>(room, "settled");
    await betSoon(room, {
      op: "r",
      chips: [
        ["red", 10],
        ["black", 10],
        ["straight:0", 1],
      ],
    });
    const { pocket, stake, returned, net, balance } = await settled;
    expect(stake).toBe(21);
    // Red or black returns 20; a zero returns the straight, and half of each colour.
    expect(returned).toBe(pocket === "0" ? 46 : 20);
    expect([net, balance]).toEqual([returned - stake, 10_000 + returned - stake]);
    await room.leave();
  });
});

describe("what is refused, with nothing lost and nobody disconnected", () => {
  const bet = (chips: unknown, op: unknown = "bad") => ({ op, chips });

  it.each<[string, unknown, object]>([
    ["an unknown spot", bet([["straight:37", 5]]), { code: "SPOT_UNKNOWN", spot: "straight:37" }],
    ["a spot of another wheel", bet([["straight:00", 5]]), { code: "SPOT_UNKNOWN" }],
    ["a very long spot", bet([["x".repeat(9_000), 5]]), { code: "SPOT_UNKNOWN" }],
    ["zero chips", bet([["red", 0]]), { code: "AMOUNT_INVALID", spot: "red" }],
    ["negative chips", bet([["red", -5]]), { code: "AMOUNT_INVALID" }],
    ["half a chip", bet([["red", 5.5]]), { code: "AMOUNT_INVALID" }],
    ["more chips than there are numbers", bet([["red", 2 ** 53]]), { code: "AMOUNT_INVALID" }],
    ["infinitely many", bet([["red", Number.POSITIVE_INFINITY]]), { code: "AMOUNT_INVALID" }],
    ["no number", bet([["red", Number.NaN]]), { code: "AMOUNT_INVALID" }],
    ["chips as text", bet([["red", "5"]]), { code: "AMOUNT_INVALID" }],
    ["chips as an object", bet([["red", { toString: 1 }]]), { code: "AMOUNT_INVALID" }],
    ["no chips given", bet([["red", null]]), { code: "AMOUNT_INVALID" }],
    ["too few chips", bet([["red", 4]]), { code: "BELOW_MIN", limit: 5 }],
    ["too many on a spot", bet([["straight:1", 101]]), { code: "ABOVE_SPOT_MAX", limit: 100 }],
    ["too many in a round", bet([["red", 5_001]]), { code: "ABOVE_PLAYER_MAX", limit: 5_000 }],
    ["an empty batch", bet([]), { code: "MALFORMED" }],
    ["too long a batch", bet(Array.from({ length: 201 }, () => ["red", 5])), { code: "MALFORMED" }],
    ["a batch that is no list", bet("red"), { code: "MALFORMED" }],
    ["a placement that is no pair", bet([["red"]]), { code: "MALFORMED" }],
    ["a spot that is no text", bet([[17, 5]]), { code: "MALFORMED" }],
    ["no op", { chips: [["red", 5]] }, { code: "MALFORMED" }],
    ["an op with a space", bet([["red", 5]], "a b"), { code: "MALFORMED" }],
    ["too long an op", bet([["red", 5]], "x".repeat(65)), { code: "MALFORMED" }],
    ["an op that is a number", bet([["red", 5]], 7), { code: "MALFORMED" }],
    ["a payload that is null", null, { code: "MALFORMED" }],
    ["a payload that is a list", [], { code: "MALFORMED" }],
  ])("%s", async (_what, payload, expected) => {
    const room = await sit(await house.guest(), "slow");
    expect(await refusalOf(room.request("bet", payload))).toMatchObject(expected);
    expect(await room.request("bet", bet([["red", 10]], "fine"))).toMatchObject({ stake: 10 });
    await room.leave();
  });

  it("a batch with one wrong placement, whole", async () => {
    const room = await sit(await house.guest(), "slow");
    const chips = [
      ["red", 10],
      ["nowhere", 10],
    ];
    await refusalOf(room.request("bet", bet(chips)));
    expect(await refusalOf(room.request("undo", { op: "u" }))).toMatchObject({
      code: "NOTHING_TO_UNDO",
    });
    await room.leave();
  });

  it("more chips than the player has", async () => {
    const guest = await house.guest();
    const room = await sit(guest, "fast");
    const refusal = await refusalOf(betSoon(room, bet([["red", 15_000]])));
    expect(refusal["code"]).toBe("INSUFFICIENT_CHIPS");
    await room.leave();
  });

  it("a bet after the close, with how late it was", async () => {
    const room = await sit(await house.guest(), "fast");
    await untilState(room, ({ phase }) => phase === "spinning");
    const refusal = await refusalOf(room.request("bet", bet([["red", 10]])));
    expect(refusal["code"]).toBe("BETTING_CLOSED");
    expect(refusal["lateMs"]).toBeGreaterThan(0);
    await room.leave();
  });

  it("an op that was used for something else; the same thing again moves nothing", async () => {
    const room = await sit(await house.guest(), "slow");
    const first = await room.request("bet", bet([["red", 10]], "same"));
    expect(await room.request("bet", bet([["red", 10]], "same"))).toEqual(first);
    expect(await refusalOf(room.request("bet", bet([["red", 20]], "same")))).toMatchObject({
      code: "OP_REUSED",
    });
    await room.leave();
  });

  it("too many requests at once, without losing the connection", async () => {
    const room = await sit(await house.guest(), "slow");
    const answers = await Promise.allSettled(
      Array.from({ length: 60 }, () => room.request("time", {})),
    );
    const refused = answers.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]).toMatchObject({ reason: { reason: { code: "TOO_MANY_REQUESTS" } } });
    expect(room.connection.isOpen).toBe(true);
    await room.leave();
  });
});

describe("messages that ask for no answer", () => {
  it("are told by a notice what is wrong with them, and never disconnect", async () => {
    const room = await sit(await house.guest(), "slow");
    const notice = () => nextMessage<{ code: string }>(room, "notice");
    for (const [type, payload] of [
      ["bet", { op: "x", chips: [["red", -1]] }],
      ["bet", "nonsense"],
      ["jump", {}],
    ] as const) {
      const told = notice();
      room.send(type, payload);
      expect((await told).code).toMatch(/^(AMOUNT_INVALID|MALFORMED)$/);
    }
    const bytes = notice();
    room.sendBytes("raw", new Uint8Array([1, 2, 3]));
    expect(await bytes).toMatchObject({ code: "MALFORMED" });
    expect(room.connection.isOpen).toBe(true);
    await room.leave();
  });

  it("count as what they are", async () => {
    const room = await sit(await house.guest(), "slow");
    room.send("bet", { op: "plain", chips: [["black", 25]] });
    await untilState(room, ({ spots }) => spots.get("black")?.chips === 25);
    await room.request("clear", { op: "c" });
    await room.leave();
  });
});

describe("chat", () => {
  it("reaches everyone at the table, cleaned", async () => {
    const [ada, bob] = [await house.guest("Ada"), await house.guest("Bob")];
    const [adas, bobs] = [await sit(ada, "slow"), await sit(bob, "slow")];
    const heard = nextMessage(bobs, "chat");
    await adas.request("chat", { text: "  good \u202e\u0007 luck\n " });
    expect(await heard).toMatchObject({ playerId: ada.playerId, name: "Ada", text: "good luck" });
    await Promise.all([adas.leave(), bobs.leave()]);
  });

  it.each([["", {}], ["   \n"], ["x".repeat(201)], [7]].map(([text]) => [{ text }]))(
    "refuses %j",
    async (payload) => {
      const room = await sit(await house.guest(), "slow");
      expect(await refusalOf(room.request("chat", payload))).toMatchObject({ code: "MALFORMED" });
      await room.leave();
    },
  );

  it("is not for shouting", async () => {
    const room = await sit(await house.guest(), "slow");
    const lines = await Promise.allSettled(
      Array.from({ length: 7 }, () => room.request("chat", { text: "again" })),
    );
    expect(lines.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    await room.leave();
  });
});

describe("a client seed", () => {
  it("counts from the next round on, and is at the seat when the player comes back", async () => {
    const ada = await house.guest();
    const room = await sit(ada, "slow");
    const { round } = room.state;
    expect(await room.request("seed", { seed: "my-own_seed" })).toEqual({ fromRound: round + 1 });
    const second = await clientAt(house.url, ada.token).join("table", { tableId: "slow" });
    expect(await nextMessage(second, "seat")).toMatchObject({ clientSeed: "my-own_seed" });
    for (const seed of ["", "a b", "x".repeat(65), 5]) {
      expect(await refusalOf(room.request("seed", { seed }))).toMatchObject({ code: "MALFORMED" });
    }
    await Promise.all([room.leave(), second.leave()]);
  });
});
