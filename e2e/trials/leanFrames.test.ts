import { expect, it } from "vitest";
import { comeBackWithinMsIn } from "./leanFrames.ts";

/** A message of the type `seat` with these bytes as the value of its last field. */
function seatWith(...value: readonly number[]): Buffer {
  const text = (words: string) =>
    Buffer.concat([Buffer.of(0xa0 + words.length), Buffer.from(words)]);
  const field = [text("clientSeed"), Buffer.of(0xc0), text("comeBackWithinMs"), Buffer.from(value)];
  return Buffer.concat([Buffer.of(13), text("seat"), Buffer.of(0x82), ...field]);
}

it("finds the time that a seat message names", () => {
  const named = [[0], [127], [0xcc, 128], [0xcc, 255], [0xcd, 1, 0], [0xcd, 0x0d, 0x05]];
  expect(named.map((value) => comeBackWithinMsIn(seatWith(...value)))).toEqual([
    ...[0, 127, 128, 255, 256, 3_333],
  ]);
});

it("finds none where there is none, or nothing that could be one", () => {
  expect(comeBackWithinMsIn(Buffer.from("another message"))).toBeUndefined();
  const odd = [[], [0xc0], [0xff], [0xcc], [0xcd, 1]];
  expect(odd.map((value) => comeBackWithinMsIn(seatWith(...value)))).toEqual(
    Array(5).fill(undefined),
  );
});
