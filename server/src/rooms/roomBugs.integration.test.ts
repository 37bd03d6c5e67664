import { matchMaker } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TableConnection, TestHouse } from "../testing/openTestHouse.ts";
import { openTestHouse, refusalOf, sit, untilState } from "../testing/openTestHouse.ts";
import { TableRoom } from "./tableRoom.ts";

/** Errors that nobody expects: each stays where it is, and everyone plays on. */
let house: TestHouse;
let witness: TableConnection;
beforeAll(async () => {
  house = await openTestHouse();
  witness = await sit(await house.guest("Witness"), "slow");
});
afterAll(async () => {
  await witness.leave();
  await house.close();
});

function theRoom(): TableRoom {
  const room = matchMaker.getLocalRoomById("table-slow");
  if (!(room instanceof TableRoom)) throw new Error("no room");
  return room;
}

/** Runs `act` while `object[name]` throws. */
async function broken<T>(object: object, name: string, act: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, {
    configurable: true,
    value: () => {
      throw new Error(`a bug in ${name}`);
    },
  });
  try {
    return await act();
  } finally {
    if (before === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, before);
  }
}

const host = () => {
  const found = house.house.hosts.get("slow");
  if (found === undefined) throw new Error("no table");
  return found;
};

describe("a bug in a room", () => {
  it("in a request is an answer, not a silence and not an end", async () => {
    const room = await sit(await house.guest(), "slow");
    const bet = { op: "b", chips: [["red", 10]] };
    const refusal = await broken(host(), "operate", () => refusalOf(room.request("bet", bet)));
    expect(refusal).toMatchObject({ code: "TABLE_PAUSED" });
    expect(JSON.stringify(refusal)).not.toContain("a bug in");
    expect(await room.request("bet", bet)).toMatchObject({ stake: 10 });
    await room.request("clear", { op: "c" });
    await room.leave();
  });

  it("in somebody's joining keeps that one out, and nobody else", async () => {
    const { client } = await house.guest();
    await broken(host(), "sit", () =>
      expect(client.join("table", { tableId: "slow" })).rejects.toThrow(),
    );
    await untilState(witness, ({ players }) => players === 1);
    expect(await witness.request("time", {})).toHaveProperty("now");
    const room = await sit({ client }, "slow");
    await untilState(witness, ({ players }) => players === 2);
    await room.leave();
    await untilState(witness, ({ players }) => players === 1);
  });

  it("in somebody's leaving leaves the others alone", async () => {
    const room = await sit(await house.guest(), "slow");
    await broken(host(), "leave", () => room.leave());
    expect(await witness.request("time", {})).toHaveProperty("now");
  });

  it("in a patch is passed over, and the next patch shows everything", async () => {
    const room = theRoom();
    await broken(room.state, "assign", async () => {
      await witness.request("bet", { op: "shown", chips: [["black", 15]] });
      expect(room.broadcastPatch()).toBe(false);
    });
    await untilState(witness, ({ spots }) => spots.get("black")?.chips === 15);
    await witness.request("clear", { op: "hidden" });
  });

  it("in a timer ends nothing", async () => {
    const fired = Promise.withResolvers<void>();
    theRoom().clock.setTimeout(() => {
      fired.resolve();
      throw new Error("a bug in a timer");
    }, 1);
    await fired.promise;
    expect(await witness.request("time", {})).toHaveProperty("now");
  });
});
