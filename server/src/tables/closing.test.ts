import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import type { ClosingOptions } from "./closing.ts";
import { Closing } from "./closing.ts";
import type { LeaseStore } from "./lease.ts";
import { LEASE_MS } from "./lease.ts";
import { BankUnavailableError } from "./store.ts";

function closingThat(find: ClosingOptions["find"]) {
  const failures: unknown[] = [];
  const closing = new Closing({
    find,
    failed: (tableId, error) => failures.push([tableId, error]),
    clock: new ManualClock(),
  } as Partial<ClosingOptions> as ClosingOptions);
  return { closing, failures };
}

it("tells of a look for closed tables that is broken, and not of a bank that is away", async () => {
  const bug = new TypeError("a column is missing");
  const broken = closingThat(() => Promise.reject(bug));
  await broken.closing.look();
  expect(broken.failures).toEqual([[null, bug]]);
  const away = closingThat(() => Promise.reject(new BankUnavailableError("away")));
  await away.closing.look();
  expect(away.failures).toEqual([]);
});

describe("a table that is not in the configuration", () => {
  const LONG_MS = 2 * LEASE_MS;
  const table = { tableId: "old", round: 7, wheel: "european", zeroRule: "none" } as const;

  /** Looks as often as there are answers (null: the bank is away), so long apart; how many it takes. */
  async function looksUntilTaken(signs: readonly (string | null)[], apartMs = LONG_MS) {
    const clock = new ManualClock();
    let taken = 0;
    let sign: string | null = null;
    const closing = new Closing({
      find: async () => {
        if (sign === null) throw new BankUnavailableError("away");
        return [{ ...table, signOfLife: sign }];
      },
      // Somebody else was faster.
      leases: {
        take: async () => {
          taken += 1;
          return [];
        },
      } as Partial<LeaseStore> as LeaseStore,
      clock,
      failed: (_, error) => {
        throw error;
      },
    } as Partial<ClosingOptions> as ClosingOptions);
    let looks = 0;
    for (sign of signs) {
      looks += 1;
      await closing.look();
      if (taken > 0) return looks;
      clock.advance(apartMs);
    }
    return null;
  }

  it.each<[string, readonly (string | null)[], number | null]>([
    ["is taken where two looks saw the same", ["1 a", "1 a"], 2],
    ["is not taken at the first look", ["1 a"], null],
    ["is not taken while its holder shows life", ["1 a", "1 b", "1 c", "1 d"], null],
    ["is not taken where another has it now", ["1 a", "2 a"], null],
    ["is taken once its holder is silent", ["1 a", "1 b", "1 b"], 3],
    ["is not taken where a look between was not answered", ["1 a", null, "1 a"], null],
    ["is taken two looks after an outage", [null, "1 a", null, "1 a", "1 a"], 5],
  ])("%s", async (_, signs, looks) => {
    expect(await looksUntilTaken(signs)).toBe(looks);
  });

  it("is not taken by looks that are close to one another, before the first of them is old", async () => {
    expect(await looksUntilTaken(["1 a", "1 a"], LONG_MS - 1)).toBe(null);
    expect(await looksUntilTaken(["1 a", "1 a", "1 a"], LONG_MS / 2)).toBe(3);
  });

  it("is looked at that far apart by itself", async () => {
    const clock = new ManualClock();
    const looks: number[] = [];
    const find = async () => {
      looks.push(clock.now());
      return [];
    };
    const closing = new Closing({ find, clock } as Partial<ClosingOptions> as ClosingOptions);
    closing.start();
    for (const _ of Array(2)) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.next();
    }
    await closing.stop();
    const [first = 0, second = 0] = looks;
    expect(second - first).toBeGreaterThanOrEqual(LONG_MS);
  });
});
