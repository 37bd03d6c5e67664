import { expect, it } from "vitest";
import { UsageError } from "../command/flags.ts";
import { readFlags } from "./options.ts";

it("has an answer for everything that is not said", () => {
  expect(readFlags([])).toEqual({ processes: 3, port: 8_080, killEveryMs: null });
});

it("takes what is said", () => {
  const args = "--processes 5 --port 9000 --kill-every 20s".split(" ");
  expect(readFlags(args)).toEqual({ processes: 5, port: 9_000, killEveryMs: 20_000 });
  expect(readFlags(["--help"])).toBeNull();
});

it.each([
  ["--processes 0", /^--processes takes a whole number, 1 to 16, not "0"$/],
  ["--processes 17", /1 to 16/],
  ["--port http", /^--port takes/],
  ["--kill-every 20", /such as 20s, not "20"$/],
  ["--kill-every 10ms", /a second or more/],
  ["--slots 3", /--slots/],
])("says in one line what %s should have been", (line, message) => {
  const read = () => readFlags(line.split(" "));
  expect(read).toThrow(UsageError);
  expect(read).toThrow(message);
});
