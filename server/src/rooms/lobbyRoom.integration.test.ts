/** A lobby that one client floods: the flood ends with its connection, and nobody else notices. */
import { CloseCode } from "@colyseus/core";
import type { Room } from "@colyseus/sdk";
import type { LobbyTableView } from "@croupier/shared/protocol/state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestHouse } from "../testing/openTestHouse.ts";
import { clientAt, openTestHouse, sit, untilState } from "../testing/openTestHouse.ts";

interface LobbyState {
  readonly tables?: ReadonlyMap<string, LobbyTableView>;
}
type Lobby = Room<unknown, LobbyState>;

const FLOOD = 300;
/** More than the lobby hears of one client in a second, and far less than a flood. */
const MOST_ANSWERED = 20;

let house: TestHouse;
let witness: Lobby;
beforeAll(async () => {
  house = await openTestHouse();
  witness = await enter();
});
afterAll(async () => {
  await witness.leave();
  await house.close();
});

async function enter(): Promise<Lobby> {
  const lobby = (await clientAt(house.url).join("lobby")) as unknown as Lobby;
  lobby.onMessage("*", () => {});
  await untilState(lobby, ({ tables }) => tables?.size === 1);
  return lobby;
}

const leftWith = (lobby: Lobby) => new Promise<number>((resolve) => lobby.onLeave(resolve));

/** Whoever looks on hears of a table as before, and the table plays. */
async function expectOthersUnharmed(): Promise<void> {
  const playersAre = (count: number) =>
    untilState(witness, ({ tables }) => tables?.get("slow")?.players === count);
  const room = await sit(await house.guest(), "slow");
  expect(await room.request("time", {})).toHaveProperty("now");
  await playersAre(1);
  await room.leave();
  await playersAre(0);
  expect(witness.connection.isOpen).toBe(true);
}

describe("a client that floods the lobby", () => {
  it("with requests is answered, and then cut off; none of them waits for ever", async () => {
    const flooder = await enter();
    const left = leftWith(flooder);
    const asked = Array.from({ length: FLOOD }, (_, number) =>
      flooder.request("bet", { op: `o${number}`, chips: [["red", 5]] }),
    );
    const answers = await Promise.allSettled(asked);
    const reasons = answers.map((answer) => (answer.status === "rejected" ? answer.reason : null));
    const answered = reasons.filter((reason) => reason?.name === "no_handler");
    const unheard = reasons.filter((reason) => /^connection closed/.test(reason?.message));
    expect(answered.length).toBeGreaterThan(0);
    expect(answered.length).toBeLessThan(MOST_ANSWERED);
    expect(answered.length + unheard.length).toBe(FLOOD);
    expect(await left).toBe(CloseCode.WITH_ERROR);
    await expectOthersUnharmed();
  });

  it("with messages is told so, and then cut off", async () => {
    const flooder = await enter();
    const left = leftWith(flooder);
    let notices = 0;
    flooder.onMessage("notice", () => {
      notices += 1;
    });
    for (let sent = 0; sent < FLOOD; sent += 1) flooder.send("shout", "x".repeat(4_000));
    expect(await left).toBe(CloseCode.WITH_ERROR);
    expect(notices).toBeGreaterThan(0);
    expect(notices).toBeLessThan(MOST_ANSWERED);
    await expectOthersUnharmed();
  });

  it("may come back, and is heard like anybody", async () => {
    const flooder = await enter();
    const left = leftWith(flooder);
    for (let sent = 0; sent < FLOOD; sent += 1) flooder.send("shout");
    await left;
    const again = await enter();
    await expect(again.request("bet", {})).rejects.toMatchObject({ name: "no_handler" });
    expect(again.connection.isOpen).toBe(true);
    await again.leave();
  });
});
