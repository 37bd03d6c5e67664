import { expect, it } from "vitest";
import { quietSdk } from "./quietSdk.ts";

it("leaves out what the SDK says of connections, and nothing else", () => {
  const said: unknown[][] = [];
  const say = (...words: unknown[]): void => void said.push(words);
  const talking = { log: say, info: say, warn: say, error: say };
  quietSdk(talking);
  talking.warn("Room connection was closed unexpectedly (4002): gone");
  talking.info("[Colyseus reconnection]: ❌ Room has not been up for long enough");
  talking.warn("the machine is busy", 7);
  talking.error(new Error("a failure"));
  talking.log("  ! a finding");
  expect(said.map(([first]) => String(first))).toEqual([
    "the machine is busy",
    "Error: a failure",
    "  ! a finding",
  ]);
  expect(said[0]).toEqual(["the machine is busy", 7]);
});
