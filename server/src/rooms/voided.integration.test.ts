/** What a player hears who was away while the table's round was taken back. */
import type { Client } from "@colyseus/core";
import { ClientState, matchMaker } from "@colyseus/core";
import { asChips } from "@croupier/shared/core/chips";
import type { VoidedMessage } from "@croupier/shared/protocol/messages";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { BankUnavailableError } from "../tables/store.ts";
import type { Guest, TableConnection, TestHouse } from "../testing/openTestHouse.ts";
import {
  nextMessage,
  openTestHouse,
  refusalOf,
  SLOW_TABLE,
  sit,
  untilState,
} from "../testing/openTestHouse.ts";
import type { House } from "./house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ tables: [SLOW_TABLE, { ...SLOW_TABLE, id: "other" }] });
});
afterAll(() => house.close());
beforeEach(() => {
  // The SDK tells the console of each connection that it loses.
  for (const kind of ["info", "warn"] as const)
    vi.spyOn(console, kind).mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const theRoom = () => matchMaker.getLocalRoomById("table-slow");
/** The house as the slow table's room has it. */
const roomsHouse = () => (theRoom() as unknown as { readonly house: House }).house;

/** Bob's chips at the slow table are miscounted in memory. */
function miscount({ playerId }: Guest): void {
  const player = house.house.hosts.get("slow")?.state.players.get(playerId);
  if (player === undefined) throw new Error("Bob is not there");
  player.stake = asChips(3);
}

/** The slow table, at which Bob's books are broken, starts again. */
async function startAgain(bob: Guest, bobs: TableConnection, op: string): Promise<void> {
  miscount(bob);
  const refusal = await refusalOf(bobs.request("clear", { op }));
  expect(refusal).toMatchObject({ code: "TABLE_PAUSED" });
  await untilState(bobs, ({ phase }) => phase === "paused");
  await untilState(bobs, ({ phase }) => phase === "betting");
}

/** The slow table's round, in which Bob has chips, is taken back: its books are broken twice in it. */
async function takenBack(bob: Guest, bobs: TableConnection): Promise<void> {
  const { round } = bobs.state;
  for (let times = 1; bobs.state.round === round; times += 1) {
    await startAgain(bob, bobs, `broken-${round}-${times}`);
  }
  expect(bobs.state.round).toBe(round + 1);
}

it("tells of it with what the player has by then, once", async () => {
  const [ada, bob] = [await house.guest("Ada"), await house.guest("Bob")];
  const [adas, bobs] = [await sit(ada, "slow"), await sit(bob, "slow")];
  await adas.request("bet", { op: "a", chips: [["red", 100]] });
  await bobs.request("bet", { op: "b", chips: [["red", 10]] });
  await adas.leave();
  await untilState(bobs, ({ players }) => players === 1);
  const told = nextMessage<VoidedMessage>(bobs, "voided");
  await takenBack(bob, bobs);
  expect(await told).toMatchObject({ round: 1, stake: 10, balance: 10_000 });
  const others = await sit(ada, "other");
  await others.request("bet", { op: "c", chips: [["red", 50]] });
  const back = await ada.client.join("table", { tableId: "slow" });
  back.onMessage("*", () => {});
  expect(await nextMessage<VoidedMessage>(back, "voided")).toMatchObject({
    round: 1,
    stake: 100,
    balance: 9_950,
    reason: expect.stringMatching(/took the round back/),
  });
  await back.leave();
  const again = await ada.client.join("table", { tableId: "slow" });
  const heard: unknown[] = [];
  again.onMessage("voided", (message) => heard.push(message));
  again.onMessage("*", () => {});
  expect(await again.request("time", {})).toHaveProperty("now");
  expect(heard).toEqual([]);
  await Promise.all([again.leave(), others.leave(), bobs.leave()]);
});

/** Ada and Bob have chips on the slow table; her connection drops, and the round is taken back. */
async function droppedBefore() {
  const [ada, bob] = [await house.guest("Ada"), await house.guest("Bob")];
  const [adas, bobs] = [await sit(ada, "slow"), await sit(bob, "slow")];
  const { round } = adas.state;
  await adas.request("bet", { op: "a", chips: [["red", 100]] });
  await bobs.request("bet", { op: "b", chips: [["red", 10]] });
  adas.reconnection.enabled = false;
  const { reconnectionToken, sessionId } = adas;
  await adas.leave(false);
  await takenBack(bob, bobs);
  return { ada, bob, bobs, round, reconnectionToken, sessionId };
}

/** Ends the connection without a goodbye, on either transport; the room has seen it then. */
async function cut(client: Client): Promise<void> {
  const { ws = client.ref } = client.ref as { readonly ws?: unknown };
  const socket = ws as { terminate?: () => void; close(): void };
  if (socket.terminate === undefined) socket.close();
  else socket.terminate();
  await expect.poll(() => client.state, { interval: 5 }).toBe(ClientState.LEAVING);
}

it("tells whose connection dropped before, as soon as it is back", async () => {
  const { ada, bobs, round, reconnectionToken } = await droppedBefore();
  const back = await ada.client.reconnect(reconnectionToken);
  back.onMessage("*", () => {});
  const told = await nextMessage<VoidedMessage>(back, "voided");
  expect(told).toMatchObject({ round, stake: 100, balance: 10_000 });
  await Promise.all([back.leave(), bobs.leave()]);
});

it("keeps the word for whose connection closes again before the seat is given", async () => {
  const { ada, bobs, round, reconnectionToken, sessionId } = await droppedBefore();
  const [asked, letIn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { arrive } = roomsHouse();
  vi.spyOn(roomsHouse(), "arrive").mockImplementationOnce(async (playerId) => {
    asked.resolve();
    await letIn.promise;
    return arrive(playerId);
  });
  // The SDK waits for its answer for ever, or says that the connection was closed.
  ada.client.reconnect(reconnectionToken).catch(() => null);
  await asked.promise;
  await cut(theRoom().clients.getById(sessionId) as Client);
  letIn.resolve();
  await expect.poll(() => theRoom().clients.getById(sessionId), { interval: 5 }).toBe(undefined);
  const back = await ada.client.join("table", { tableId: "slow" });
  const told = nextMessage<VoidedMessage>(back, "voided");
  back.onMessage("*", () => {});
  expect(await told).toMatchObject({ round, stake: 100, balance: 10_000 });
  await Promise.all([back.leave(), bobs.leave()]);
});

it("gives the seat, and tells, who came back while the bank was away, as soon as it is there", async () => {
  const { ada, bob, bobs, round, reconnectionToken } = await droppedBefore();
  const arrive = vi.spyOn(roomsHouse(), "arrive");
  arrive.mockRejectedValueOnce(new BankUnavailableError("it was stopped"));
  const back = await ada.client.reconnect(reconnectionToken);
  const [seated, told] = [nextMessage(back, "seat"), nextMessage(back, "voided")];
  const notice = nextMessage(back, "notice");
  back.onMessage("*", () => {});
  expect(await notice).toMatchObject({ code: "BANK_UNAVAILABLE" });
  await bobs.request("bet", { op: "again", chips: [["red", 10]] });
  await startAgain(bob, bobs, "turn");
  expect(await seated).toMatchObject({ balance: 10_000, round: round + 1 });
  expect(await told).toMatchObject({ round, stake: 100, balance: 10_000 });
  await Promise.all([back.leave(), bobs.leave()]);
});

it("does not tell the player's other tables what they had when they came back to this one", async () => {
  const { ada, bobs, round } = await droppedBefore();
  const others = await sit(ada, "other");
  const heard: unknown[] = [];
  others.onMessage("balance", (message) => heard.push(message));
  const { arrive } = roomsHouse();
  vi.spyOn(roomsHouse(), "arrive").mockImplementationOnce(async (playerId) => {
    const before = await arrive(playerId);
    await others.request("bet", { op: "meanwhile", chips: [["red", 50]] });
    return before;
  });
  const back = await ada.client.join("table", { tableId: "slow" });
  const told = nextMessage<VoidedMessage>(back, "voided");
  back.onMessage("*", () => {});
  expect(await told).toMatchObject({ round, stake: 100 });
  expect(await others.request("time", {})).toHaveProperty("now");
  expect(heard).toEqual([]);
  await Promise.all([back.leave(), others.leave(), bobs.leave()]);
});
