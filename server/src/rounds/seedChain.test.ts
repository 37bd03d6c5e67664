import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { open, seal } from "./sealing.ts";
import { makeChain, SeedReader } from "./seedChain.ts";

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest();

describe("a seed chain", () => {
  // Around the stride of checkpoints, and longer than several.
  it.each([1, 2, 1_023, 1_024, 1_025, 2_048, 3_000])(
    "of %i seeds leads to its anchor",
    async (n) => {
      const chain = await makeChain(n);
      const reader = new SeedReader(chain);
      expect(reader.seedAt(0)).toEqual(chain.anchor);
      const wrong: number[] = [];
      for (let index = 1; index <= n; index += 1) {
        if (!sha256(reader.seedAt(index)).equals(reader.seedAt(index - 1))) wrong.push(index);
      }
      expect(wrong).toEqual([]);
    },
  );

  it("reads the same seed in any order", async () => {
    const chain = await makeChain(2_500);
    const inOrder = new SeedReader(chain);
    const jumping = new SeedReader(chain);
    for (const index of [2_500, 1, 1_025, 1_024, 2_049, 2_048, 0]) {
      expect(jumping.seedAt(index)).toEqual(new SeedReader(chain).seedAt(index));
    }
    expect(inOrder.seedAt(1)).toEqual(jumping.seedAt(1));
  });

  it("has no seed beyond its end", async () => {
    const reader = new SeedReader(await makeChain(10));
    expect(() => reader.seedAt(11)).toThrow("no seed 11");
    expect(() => reader.seedAt(-1)).toThrow("no seed -1");
  });

  it("differs from any other", async () => {
    const [one, other] = [await makeChain(3), await makeChain(3)];
    expect(one.anchor).not.toEqual(other.anchor);
  });
});

describe("sealing", () => {
  const key = randomBytes(32);
  const secret = Buffer.from("what must not be read");

  it("opens with the same key and label, and shows nothing", () => {
    const sealed = seal(secret, key, "table");
    expect(open(sealed, key, "table")).toEqual(secret);
    expect(sealed.includes(secret)).toBe(false);
    expect(seal(secret, key, "table")).not.toEqual(sealed);
  });

  it("stays shut for another key, another label, and any changed byte", () => {
    const sealed = seal(secret, key, "table");
    expect(open(sealed, randomBytes(32), "table")).toBeNull();
    expect(open(sealed, key, "another")).toBeNull();
    expect(open(Buffer.alloc(5), key, "table")).toBeNull();
    for (let place = 0; place < sealed.length; place += 1) {
      const changed = Buffer.from(sealed);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(open(changed, key, "table")).toBeNull();
    }
  });
});
