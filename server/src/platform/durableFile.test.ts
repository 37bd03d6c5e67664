import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeDurably } from "./durableFile.ts";

/** The real ones, which remember what they were asked for. */
vi.mock("node:fs", { spy: true });

let root = "";
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), "croupier-durable-"));
  vi.clearAllMocks();
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

/** Writings, flushes and renamings in their order, as paths below the root. */
function done(): readonly string[] {
  const shown = (path: unknown) =>
    String(path).replace(root, "").replace(String(process.pid), "making");
  const calls = <Args extends readonly unknown[], Result>(
    spy: (...args: Args) => Result,
    show: (args: readonly unknown[], at: number) => string,
  ) => {
    const { mock } = vi.mocked(spy);
    const order = mock.invocationCallOrder;
    return mock.calls.map((args, index) => ({
      at: order[index] ?? 0,
      what: show(args, order[index] ?? 0),
    }));
  };
  /** What was opened under the number last, when it was flushed. */
  const opened = (file: unknown, before: number): string => {
    const { mock } = vi.mocked(fs.openSync);
    const last = mock.results.findLastIndex(
      ({ value }, index) => value === file && (mock.invocationCallOrder[index] ?? 0) < before,
    );
    return shown(mock.calls[last]?.[0]);
  };
  return [
    ...calls(fs.writeFileSync, ([path]) => `write ${shown(path)}`),
    ...calls(fs.fsyncSync, ([file], at) => `flush ${opened(file, at)}`),
    ...calls(fs.renameSync, ([from, to]) => `rename ${shown(from)} to ${shown(to)}`),
  ]
    .sort((left, right) => left.at - right.at)
    .map(({ what }) => what);
}

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

describe("a file that outlives a power cut", () => {
  it("is on the disk before it takes its name, and that is before anybody goes on", () => {
    writeDurably(join(root, "key"), "abc");
    expect(done()).toEqual([
      "write /key.making",
      "flush /key.making",
      "rename /key.making to /key",
      "flush ",
    ]);
    expect(fs.readFileSync(join(root, "key"), "utf8")).toBe("abc");
    expect(fs.statSync(join(root, "key")).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(root)).toEqual(["key"]);
  });

  it("has its folders there, too", () => {
    writeDurably(join(root, "a", "b", "key"), "abc");
    expect(done().slice(3)).toEqual(["flush /a/b", "flush /a", "flush "]);
  });

  it("stays as it was where the new one does not come to the disk", () => {
    writeDurably(join(root, "key"), "abc");
    vi.mocked(fs.fsyncSync).mockImplementationOnce(failing("EIO"));
    expect(() => writeDurably(join(root, "key"), "def")).toThrow("EIO");
    expect(fs.readFileSync(join(root, "key"), "utf8")).toBe("abc");
  });

  it("is written where folders cannot be flushed, and says where one fails to be", () => {
    const flush = vi.mocked(fs.fsyncSync);
    const file = () => undefined;
    flush.mockImplementationOnce(file).mockImplementationOnce(failing("EINVAL"));
    writeDurably(join(root, "key"), "abc");
    flush.mockImplementationOnce(file).mockImplementationOnce(failing("EIO"));
    expect(() => writeDurably(join(root, "key"), "def")).toThrow("EIO");
  });
});
