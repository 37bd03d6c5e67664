import type { Room } from "@colyseus/sdk";
import { describe, expect, it } from "vitest";
import { say } from "./talk.ts";

/** A room that answers `chat` as told, and remembers what it was asked. */
function aRoom(answer: () => Promise<unknown>, isOpen = true) {
  const asked: unknown[] = [];
  const request = (type: string, payload: unknown): Promise<unknown> => {
    asked.push([type, payload]);
    return answer();
  };
  return { asked, room: { request, connection: { isOpen } } as unknown as Room };
}

const refused = (code: string, message = "") =>
  aRoom(() => Promise.reject(Object.assign(new Error(code), { reason: { code, message } }))).room;

describe("saying something", () => {
  it("asks the table once", async () => {
    const { room, asked } = aRoom(() => Promise.resolve({}));
    await say(room, "good luck");
    expect(asked).toEqual([["chat", { text: "good luck" }]]);
  });

  it.each([
    ["TOO_MANY_REQUESTS", /wait a few seconds/],
    ["MALFORMED", /1 to 200 readable characters/],
    ["BANNED", /may not chat/],
    ["TABLE_PAUSED", /^The table rests\.$/],
  ])("that is refused with %s tells why in words", async (code, words) => {
    await expect(say(refused(code, "The table rests."), "x")).rejects.toThrow(words);
  });

  it("keeps the line where its answer is lost", async () => {
    const { room } = aRoom(() => Promise.reject(new Error("timeout")));
    await expect(say(room, "x")).rejects.toThrow(/send it again/);
  });

  it("asks nothing without a connection", async () => {
    const { room, asked } = aRoom(() => Promise.resolve({}), false);
    await expect(say(room, "x")).rejects.toThrow(/connection/);
    await expect(say(null, "x")).rejects.toThrow(/connection/);
    expect(asked).toEqual([]);
  });
});
