import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { Block } from "./chain.ts";
import { Chain } from "./chain.ts";

const BEGINNING = "00".repeat(32);

/** Adds lines to the chain; answers the block that they make. */
function fill(chain: Chain, lines: readonly string[], first = 1): Block {
  lines.forEach((line, place) => {
    const bytes = Buffer.from(`before ${line} behind`);
    chain.add(first + place, bytes, [7, bytes.length - 7]);
  });
  const { blocks, hash: previous } = chain.head;
  const hash = createHash("sha256")
    .update(Buffer.from(previous, "hex"))
    .update(lines.join("\n"))
    .digest("hex");
  const [number, transfers] = [blocks + 1, lines.length];
  return { chain: chain.name, number, firstId: first, transfers, previous, hash };
}

it.each([
  ["one line", ["a line"]],
  ["some lines", ["first", "", "third"]],
  ["more than is kept", Array.from({ length: 30_000 }, (_, index) => `line ${index} `.repeat(10))],
  ["lines longer than is kept", ["x".repeat(3 << 20), "y", "z".repeat(2 << 20)]],
])("hashes a block of %s", (_, lines) => {
  const chain = new Chain("one");
  expect(chain.close(fill(chain, lines))).toBeNull();
  expect(chain.close(fill(chain, ["next"], 100_000))).toBeNull();
  expect(chain.head).toMatchObject({ blocks: 2, transfers: lines.length + 1 });
  expect(chain.pending).toBe(0);
});

it.each<[string, Partial<Block>, string]>([
  ["number", { number: 3 }, "comes after block 0"],
  ["chain", { chain: "two" }, 'is filed under "two"'],
  ["previous hash", { previous: "ab".repeat(32) }, "does not follow from the block before"],
  ["count", { transfers: 3 }, "is of 3 transfers, not 2"],
  ["beginning", { firstId: 8 }, "begins with transfer 8, not 1"],
  ["hash", { hash: "ab".repeat(32) }, "has another hash than its transfers"],
])("names a block with another %s, and goes on from what it says", (_, wrong, fault) => {
  const chain = new Chain("one");
  const block = { ...fill(chain, ["a", "b"]), ...wrong };
  expect(chain.close(block)).toBe(fault);
  expect(chain.head.hash).toBe(block.hash);
  expect(chain.close(fill(chain, ["c"], 3))).toBeNull();
});

it("begins with 32 zero bytes", () => {
  expect(new Chain("").head).toEqual({ blocks: 0, transfers: 0, hash: BEGINNING });
});
