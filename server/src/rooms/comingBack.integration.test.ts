/**
 * A stock client whose connection broke, and which came back to its seat, has the table before its
 * eyes as it is: whatever it missed, however much there is on the felt.
 */
import { isDeepStrictEqual } from "node:util";
import { matchMaker } from "@colyseus/core";
import { BOUNDS } from "@croupier/shared/core/bounds";
import { layoutOf } from "@croupier/shared/core/spots";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { TableHost } from "../tables/tableHost.ts";
import type { TableConnection, TestHouse } from "../testing/openTestHouse.ts";
import {
  betSoon,
  FAST_TABLE,
  nextMessage,
  openTestHouse,
  SLOW_TABLE,
  sit,
  untilState,
} from "../testing/openTestHouse.ts";

/** What is called a small state (see `state.ts`); a full felt is far more. */
const SMALL_BYTES = 4_096;

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ tables: [SLOW_TABLE, FAST_TABLE] });
});
afterAll(() => house.close());
beforeEach(() => {
  // The SDK tells the console of each connection that it loses and finds again.
  vi.spyOn(console, "info").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const theRoom = (tableId: string) => matchMaker.getLocalRoomById(`table-${tableId}`);
const plain = (state: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(state));

/** The fields in which the client's table is not the server's. */
function differences({ state }: TableConnection, tableId: string): readonly string[] {
  const [here, there] = [plain(state), plain(theRoom(tableId).state)];
  const fields = new Set([...Object.keys(here), ...Object.keys(there)]);
  return [...fields].filter((field) => !isDeepStrictEqual(here[field], there[field]));
}

/** The client's table becomes the server's; where time passes there, for a moment at least. */
async function expectTheSame(connection: TableConnection, tableId: string): Promise<void> {
  await expect
    .poll(() => differences(connection, tableId), { interval: 5, timeout: 5_000 })
    .toEqual([]);
}

function hostOf(tableId: string): TableHost {
  const host = house.house.hosts.get(tableId);
  if (host === undefined) throw new Error("no table");
  return host;
}

/** Ends the connection without a goodbye, on either transport. */
function cut(ref: unknown): void {
  const { ws = ref } = ref as { readonly ws?: unknown };
  const socket = ws as { terminate?: () => void; close(): void };
  if (socket.terminate === undefined) socket.close();
  else socket.terminate();
}

/** Breaks the connection off, as a network does; the client comes to its seat, which is not given yet. */
async function breakOff(connection: TableConnection, tableId: string) {
  const came = Promise.withResolvers<void>();
  const letIn = Promise.withResolvers<void>();
  const host = hostOf(tableId);
  const seat = host.sit.bind(host);
  vi.spyOn(host, "sit").mockImplementationOnce(async (playerId) => {
    came.resolve();
    await letIn.promise;
    await seat(playerId);
  });
  const back = new Promise<void>((resolve) => {
    connection.onReconnect.once(() => resolve());
  });
  connection.reconnection.minUptime = 0;
  cut(theRoom(tableId).clients.getById(connection.sessionId)?.ref);
  await came.promise;
  return async () => {
    letIn.resolve();
    await back;
  };
}

describe("a player who comes back", () => {
  it("to a full table has what changed there meanwhile, and what went", async () => {
    const everywhere = layoutOf("european").spots.map(({ id }) => [id, 1]);
    const guests = await Promise.all(
      Array.from({ length: BOUNDS.frontSeats + 3 }, (_, at) => house.guest(`Player ${at}`)),
    );
    const seats: TableConnection[] = [];
    for (const guest of guests) seats.push(await sit(guest, "slow"));
    const [clearing, leaving, raising, undoing, ...others] = seats;
    const [witness, away] = others.splice(-2);
    if (!(clearing && leaving && raising && undoing && witness && away)) throw new Error("seats");
    for (const seat of seats) await seat.request("bet", { op: "all", chips: everywhere });
    await raising.request("bet", { op: "more", chips: [["red", 3]] });
    await undoing.request("bet", { op: "more", chips: [["black", 3]] });
    // All of it is shown with the next patch, and not before.
    const all = seats.length + 3;
    await untilState(
      away,
      ({ spots }) => spots.get("red")?.chips === all && spots.get("black")?.chips === all,
    );
    await expectTheSame(away, "slow");
    expect(theRoom("slow")["_serializer"].getFullState().byteLength).toBeGreaterThan(SMALL_BYTES);

    const comeIn = await breakOff(away, "slow");
    await clearing.request("clear", { op: "nothing" });
    await undoing.request("undo", { op: "less" });
    await raising.request("bet", { op: "most", chips: [["red", 40]] });
    await leaving.leave();
    // Who sat first behind the front is in front now.
    const next = guests[BOUNDS.frontSeats]?.playerId ?? "";
    await untilState(witness, ({ seats: front }) => front.has(next));
    const before = plain(away.state);
    await comeIn();
    await expectTheSame(away, "slow");
    expect(plain(away.state)).not.toEqual(before);
    expect(away.state.seats.has(guests[1]?.playerId ?? "")).toBe(false);
    expect(away.state.seats.get(guests[0]?.playerId ?? "")?.chips.size).toBe(0);

    // From here on patches fit again.
    for (const seat of others) await seat.request("clear", { op: "none" });
    await raising.request("bet", { op: "again", chips: [["odd", 2]] });
    await untilState(away, ({ spots }) => spots.get("odd")?.chips === spots.get("even")!.chips + 2);
    await expectTheSame(away, "slow");
    await expectTheSame(witness, "slow");
    expect(await away.request("clear", { op: "mine" })).toMatchObject({ balance: 10_000 });
    await Promise.all(
      [clearing, raising, undoing, witness, away, ...others].map((it) => it.leave()),
    );
  });

  it("to a round that is another one has its felt, its pockets and nothing of the last", async () => {
    const [ada, bob] = [await house.guest("Ada"), await house.guest("Bob")];
    const [away, witness] = [await sit(ada, "fast"), await sit(bob, "fast")];
    await betSoon(away, {
      op: "first",
      chips: [
        ["red", 10],
        ["split:17-20", 5],
      ],
    });
    await untilState(away, ({ spots }) => spots.has("split:17-20"));
    for (let time = 1; time <= 3; time += 1) {
      const { round } = away.state;
      const comeIn = await breakOff(away, "fast");
      await untilState(witness, (state) => state.round > round + 1);
      const seated = nextMessage(away, "seat");
      await comeIn();
      await seated;
      await expectTheSame(away, "fast");
      expect(away.state.spots.has("split:17-20")).toBe(false);
    }
    await Promise.all([away.leave(), witness.leave()]);
  });
});
