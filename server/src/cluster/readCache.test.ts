import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ManualClock } from "../testing/manualClock.ts";
import { MemoryReads } from "../testing/memoryReads.ts";
import { ReadCache } from "./readCache.ts";
import type { SharedReads } from "./sharedReads.ts";
import { MAKING_MS } from "./sharedReads.ts";

const READ = { key: "answer", keptMs: 1_000, shape: z.object({ made: z.int() }) };

/** A process of a house; `shared`: null where it is the only one. */
function processOf(clock: ManualClock, shared: SharedReads | null = null) {
  const cache = new ReadCache({ clock, shared });
  let made = 0;
  const load = async () => ({ made: ++made });
  return { cache, load, text: () => cache.text(READ, load), made: () => made };
}

function houseOf(processes: number) {
  const clock = new ManualClock();
  const shared = new MemoryReads(clock);
  const members = Array.from({ length: processes }, () => processOf(clock, shared));
  return { clock, shared, members, made: () => members.reduce((sum, one) => sum + one.made(), 0) };
}

/** Lets everything go on that waits for nothing but others. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

describe("a public read", () => {
  it("is made once for all who wait, and again when it is too old", async () => {
    const clock = new ManualClock();
    const { text } = processOf(clock);
    const asked = Array.from({ length: 50 }, text);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['{"made":1}']));
    clock.advance(999);
    expect(await text()).toBe('{"made":1}');
    clock.advance(1);
    expect(await text()).toBe('{"made":2}');
  });

  it("is kept by its key", async () => {
    const { cache, load } = processOf(new ManualClock());
    await cache.text(READ, load);
    expect(await cache.text({ ...READ, key: "other" }, load)).toBe('{"made":2}');
  });

  it("that fails fails for those who wait, and is made again for the next", async () => {
    const { cache, load } = processOf(new ManualClock());
    const failing = () => Promise.reject(new Error("away"));
    const asked = [cache.text(READ, failing), cache.text(READ, load)];
    for (const answer of asked) await expect(answer).rejects.toThrow("away");
    expect(await cache.text(READ, load)).toBe('{"made":1}');
  });
});

describe("a public read of several processes", () => {
  it("is made once in its life, and is nowhere older than that", async () => {
    const { clock, members, made } = houseOf(3);
    const [one, other] = members;
    if (one === undefined || other === undefined) throw new Error("there are three");
    const texts = new Set<string>();
    for (let turn = 0; turn < 10; turn += 1) {
      const asked = members.flatMap(({ text }) => [text(), text()]);
      await settle();
      clock.advance(20);
      for (const text of await Promise.all(asked)) texts.add(text);
      clock.advance(979);
      expect(made()).toBe(turn + 1);
      // Who asks late has a copy for what is left of its life.
      await other.text();
      clock.advance(1);
    }
    expect(texts.size).toBeGreaterThan(1);
  });

  it("is waited for while another process makes it", async () => {
    const { clock, members } = houseOf(2);
    const [one, other] = members;
    if (one === undefined || other === undefined) throw new Error("there are two");
    const slow = Promise.withResolvers<object>();
    const first = one.cache.text(READ, () => slow.promise);
    await settle();
    const second = other.text();
    await settle();
    clock.advance(MAKING_MS - 20);
    slow.resolve({ made: 7 });
    expect(await first).toBe('{"made":7}');
    await settle();
    clock.advance(19);
    expect(await second).toBe('{"made":7}');
    expect(other.made()).toBe(0);
  });

  it("is not waited for in vain where the process that made it is gone", async () => {
    const { clock, members } = houseOf(2);
    const [gone, other] = members;
    void gone?.cache.text(READ, () => new Promise(() => {}));
    await settle();
    const answer = other?.text();
    for (let waited = 0; waited <= MAKING_MS; waited += 20) {
      await settle();
      clock.advance(20);
    }
    expect(await answer).toBe('{"made":1}');
  });

  it("that fails holds nobody else up", async () => {
    const { members } = houseOf(2);
    const [one, other] = members;
    const failed = one?.cache.text(READ, () => Promise.reject(new Error("away")));
    await expect(failed).rejects.toThrow("away");
    expect(await other?.text()).toBe('{"made":1}');
  });

  it("is each process' own where it is not for everyone", async () => {
    const { members, shared } = houseOf(2);
    const [one, other] = members;
    const partial = () => ({ made: null });
    expect(await one?.cache.text(READ, partial)).toBe('{"made":null}');
    expect(shared.answers.size).toBe(0);
    expect(await other?.text()).toBe('{"made":1}');
    expect([...shared.answers.keys()]).toEqual(["answer"]);
  });

  it.each([
    "",
    "no JSON",
    "null",
    '{"made":"<script>"}',
    `{"made":1,"x":"${"x".repeat(262_144)}"}`,
  ])("that lies in Redis in another shape is none: %.20s", async (text) => {
    const { clock, members, shared } = houseOf(1);
    shared.answers.set("answer", { text, until: clock.now() + READ.keptMs });
    expect(await members[0]?.text()).toBe('{"made":1}');
    clock.advance(1_000);
    expect(await members[0]?.text()).toBe('{"made":2}');
    expect(shared.answers.get("answer")?.text).toBe('{"made":2}');
  });

  it("that lies in Redis for longer than it may is none", async () => {
    const { clock, members, shared } = houseOf(1);
    const until = clock.now() + READ.keptMs;
    shared.answers.set("answer", { text: '{"made":7}', until: until + 1 });
    expect(await members[0]?.text()).toBe('{"made":1}');
    shared.answers.set("answer", { text: '{"made":8}', until: until + READ.keptMs });
    clock.advance(1_000);
    expect(await members[0]?.text()).toBe('{"made":8}');
  });

  it("is made without Redis where that says nothing", async () => {
    const silent = { find: async () => null, keep: async () => {}, leave: async () => {} };
    const { text } = processOf(new ManualClock(), silent);
    expect(await text()).toBe('{"made":1}');
  });
});
