import { describe, expect, it, vi } from "vitest";
import { bringingBack, killing, pauseAfter } from "./lives.ts";

/** A process without one: it is there once it was started, and tells how often it was. */
class Mortal {
  readonly name: string;
  alive: boolean;
  unasked: readonly string[] = [];
  starts = 0;
  failing = 0;

  constructor(slot: number, alive = true) {
    this.name = `process ${slot}`;
    this.alive = alive;
  }

  async kill(): Promise<null> {
    this.alive = false;
    return null;
  }

  async start(): Promise<void> {
    this.starts += 1;
    this.alive = true;
    if (this.failing === 0) return;
    this.failing -= 1;
    await Promise.resolve();
    this.alive = false;
    this.unasked = [...this.unasked, `${this.name} ended with 1`];
    throw new Error("ended with 1 before /Croupier is open/:\nits log");
  }
}

/** Runs until a line is said that fits. */
async function runUntil(
  run: (ways: { signal: AbortSignal; say: (line: string) => void }) => Promise<void>,
  last: RegExp,
): Promise<readonly string[]> {
  const said: string[] = [];
  const stopping = new AbortController();
  const say = (line: string): void => {
    said.push(line);
    if (last.test(line)) stopping.abort();
  };
  await run({ signal: stopping.signal, say });
  return said;
}

describe("processes that are killed in turn", () => {
  it("come back one after the other", async () => {
    const processes = [new Mortal(1), new Mortal(2)];
    const said = await runUntil(
      (ways) => killing({ processes }, { everyMs: 1, ...ways }),
      /2 is back/,
    );
    expect(said).toEqual([
      "killed process 1",
      "process 1 is back",
      "killed process 2",
      "process 2 is back",
    ]);
  });

  it("go on where one does not start, which is told in a line and brought back", async () => {
    const processes = [new Mortal(1), new Mortal(2)] as const;
    processes[0].failing = 1;
    const said = await runUntil(
      (ways) =>
        Promise.all([
          killing({ processes }, { everyMs: 1, ...ways }),
          bringingBack(processes, ways),
        ]).then(() => undefined),
      /it is started again/,
    );
    expect(said).toContain("process 1 does not start: ended with 1 before /Croupier is open/:");
    expect(said).toContain("process 2 is back");
    expect(said.at(-1)).toBe("process 1 ended with 1; it is started again");
  });

  it("are left to whoever brings them back where they ended by themselves", async () => {
    const dead = new Mortal(1, false);
    const processes = [dead, new Mortal(2)];
    await runUntil((ways) => killing({ processes }, { everyMs: 1, ...ways }), /2 is back/);
    expect(dead.starts).toBe(0);
  });
});

describe("a process that ended by itself", () => {
  it("is started once, also where somebody else has started it meanwhile", async () => {
    const [first, second] = [new Mortal(1, false), new Mortal(2, false)];
    for (const process of [first, second]) process.unasked = [`${process.name} ended`];
    const processes = [first, second];
    await runUntil(
      (ways) =>
        bringingBack(processes, {
          ...ways,
          say: (line) => {
            // Between the line that tells of it and the start.
            if (line.startsWith("process 1")) first.alive = true;
            ways.say(line);
          },
        }),
      /process 2 ended/,
    );
    expect(first.starts).toBe(0);
  });

  it("is tried again until it starts, also where what failed was no life of its own", async () => {
    const part = new Mortal(1, false);
    part.unasked = ["process 1 ended"];
    const stopping = new AbortController();
    const start = vi.fn<() => Promise<void>>(async () => stopping.abort());
    start.mockRejectedValueOnce(new Error("no room"));
    part.start = start;
    const said: string[] = [];
    await bringingBack([part], { signal: stopping.signal, say: (line) => said.push(line) });
    expect(start).toHaveBeenCalledTimes(2);
    expect(said).toEqual([
      "process 1 ended; it is started again",
      "process 1 does not start: no room",
    ]);
  });

  it("keeps no other one waiting while it starts", async () => {
    const [slow, other] = [new Mortal(1, false), new Mortal(2, false)];
    for (const process of [slow, other]) process.unasked = [`${process.name} ended`];
    const begun = Promise.withResolvers<void>();
    const stopping = new AbortController();
    slow.start = () => begun.promise;
    other.start = async () => {
      begun.resolve();
      stopping.abort();
    };
    await bringingBack([slow, other], { signal: stopping.signal, say: () => undefined });
    expect(stopping.signal.aborted).toBe(true);
  });

  it("is started at growing pauses while it ends again, and at once after a longer life", () => {
    let pauseMs = 500;
    const pauses = Array.from({ length: 8 }, () => {
      pauseMs = pauseAfter(pauseMs, "started");
      return pauseMs;
    });
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    for (let look = 0; look < 6; look += 1) pauseMs = pauseAfter(pauseMs, "living");
    expect(pauseMs).toBe(500);
  });
});
