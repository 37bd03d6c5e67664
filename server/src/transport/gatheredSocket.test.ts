import { describe, expect, it } from "vitest";
import type { BareSocket } from "./gatheredSocket.ts";
import { GatheredSocket } from "./gatheredSocket.ts";

/** Writes down what reaches the system: one line for each call outside a cork, or for each cork. */
function written(): { readonly socket: BareSocket; readonly calls: string[][] } {
  const calls: string[][] = [];
  let corked = false;
  const call = (text: string): void => {
    if (corked) calls.at(-1)?.push(text);
    else calls.push([text]);
  };
  const socket: BareSocket = {
    send: (data) => {
      call(String.fromCharCode(...data));
      return 1;
    },
    cork: (write) => {
      calls.push([]);
      corked = true;
      write();
      corked = false;
      return socket;
    },
    end: (code) => call(`end ${code}`),
    close: () => call("close"),
  };
  return { socket, calls };
}

const frame = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
/** The end of this turn of the event loop. */
const turn = () => new Promise<void>((resolve) => process.nextTick(resolve));
const never = (error: unknown) => {
  throw error;
};

describe("a gathered socket", () => {
  it("sends the frames of one turn in one call, in order", async () => {
    const { socket, calls } = written();
    const gathered = new GatheredSocket(socket, never);
    gathered.send(frame("patch"));
    gathered.send(frame("settled"));
    expect(calls).toEqual([]);
    await turn();
    gathered.send(frame("next"));
    await turn();
    expect(calls).toEqual([["patch", "settled"], ["next"]]);
  });

  it("keeps a frame as it was sent, whatever is written into its memory after", async () => {
    const { socket, calls } = written();
    const gathered = new GatheredSocket(socket, never);
    const memory = frame("one");
    gathered.send(memory);
    memory.set(frame("two"));
    await turn();
    expect(calls).toEqual([["one"]]);
  });

  it("lets an answer leave before the patches of the others, behind its own", async () => {
    const { socket, calls } = written();
    const crowd = Array.from({ length: 3 }, () => new GatheredSocket(socket, never));
    const patch = frame("patch");
    for (const one of crowd) one.send(patch);
    crowd[2]?.send(Buffer.from("answer"));
    await turn();
    expect(calls).toEqual([["patch", "answer"], ["patch"], ["patch"]]);
  });

  it("lets what was sent leave before the end, and nothing after it", async () => {
    const { socket, calls } = written();
    const gathered = new GatheredSocket(socket, never);
    gathered.send(frame("bye"));
    gathered.end(4000);
    await turn();
    expect(calls).toEqual([["bye"], ["end 4000"]]);
  });

  it("holds only so many frames back", () => {
    const { socket, calls } = written();
    const gathered = new GatheredSocket(socket, never);
    for (let sent = 0; sent < 64; sent += 1) gathered.send(frame("x"));
    expect(calls).toHaveLength(1);
  });

  it("reports frames for a socket that was closed meanwhile, and throws nothing", async () => {
    const { socket } = written();
    const failures: unknown[] = [];
    const closed = new Error("Invalid access of closed uWS.WebSocket");
    const cork = () => {
      throw closed;
    };
    new GatheredSocket({ ...socket, cork }, (error) => failures.push(error)).send(frame("late"));
    await turn();
    expect(failures).toEqual([closed]);
  });
});
