import { expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import type { ClosingOptions } from "./closing.ts";
import { Closing } from "./closing.ts";
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
