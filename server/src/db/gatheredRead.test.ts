import { describe, expect, it } from "vitest";
import { GatheredRead } from "./gatheredRead.ts";

/** A database that answers when it is told to; every key is there but those with an x. */
function database() {
  const asked: { readonly keys: readonly string[]; readonly end: (error?: Error) => void }[] = [];
  const gathered = new GatheredRead<string>((keys) => {
    const { promise, resolve, reject } = Promise.withResolvers<Map<string, string>>();
    const there = keys.filter((key) => !key.includes("x"));
    const end = (error?: Error) =>
      error === undefined
        ? resolve(new Map(there.map((key) => [key, `row ${key}`])))
        : reject(error);
    asked.push({ keys, end });
    return promise;
  });
  return { gathered, asked };
}

describe("a gathered read", () => {
  it("asks at once for the first, and in one question for all who ask meanwhile", async () => {
    const { gathered, asked } = database();
    const first = gathered.read("a");
    expect(asked.map(({ keys }) => keys)).toEqual([["a"]]);
    const others = ["b", "x", "b", "a"].map((key) => gathered.read(key));
    asked[0]?.end();
    expect(await first).toBe("row a");
    // Who asked again while the first was under way gets what is true now.
    expect(asked.map(({ keys }) => keys)).toEqual([["a"], ["b", "x", "a"]]);
    asked[1]?.end();
    expect(await Promise.all(others)).toEqual(["row b", null, "row b", "row a"]);
  });

  it("fails those of the question that failed, and nobody else", async () => {
    const { gathered, asked } = database();
    const first = gathered.read("a");
    const second = gathered.read("b");
    asked[0]?.end(new Error("Connection terminated"));
    await expect(first).rejects.toThrow("Connection terminated");
    asked[1]?.end();
    expect(await second).toBe("row b");
  });

  it("asks for no more at once than a question holds", async () => {
    const { gathered, asked } = database();
    const all = Array.from({ length: 1_201 }, (_, index) => gathered.read(`${index}`));
    for (let question = 0; question < 4; question += 1) {
      asked[question]?.end();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(asked.map(({ keys }) => keys.length)).toEqual([1, 500, 500, 200]);
    expect((await Promise.all(all)).at(-1)).toBe("row 1200");
  });

  it("lets only so many wait", async () => {
    const { gathered, asked } = database();
    const all = Array.from({ length: 20_001 }, () => gathered.read("a"));
    await expect(gathered.read("b")).rejects.toThrow("too many wait");
    for (let question = 0; question < 41; question += 1) {
      asked[question]?.end();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(new Set(await Promise.all(all))).toEqual(new Set(["row a"]));
  });
});
