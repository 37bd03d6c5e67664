import { describe, expect, it } from "vitest";
import { EngineError } from "./engine.ts";
import { bytesIn } from "./watching.ts";

describe("what the engine tells of memory", () => {
  it.each([
    ["111.5MiB / 512MiB", 111.5 * 2 ** 20],
    ["1.5GiB / 2GiB", 1.5 * 2 ** 30],
    ["512KiB / 1GiB", 512 * 2 ** 10],
    ["0B / 0B", 0],
  ])("%s", (usage, bytes) => {
    expect(bytesIn(usage)).toBe(bytes);
  });

  it("is refused where it is something else", () => {
    expect(() => bytesIn("-- / --")).toThrow(EngineError);
  });
});
