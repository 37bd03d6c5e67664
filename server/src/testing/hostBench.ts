/** A table host on a store in memory, for tests that let its clock go on. */
import type { Stage } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import { tableConfig } from "@croupier/shared/testing/drivenTable";
import { expect } from "vitest";
import { startTable } from "../tables/host.ts";
import type { TableEvent, TableHost } from "../tables/tableHost.ts";
import { ManualClock } from "./manualClock.ts";
import { MemoryTableStore } from "./memoryTableStore.ts";

/** Lets everything that does not wait for the clock happen. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Lets the clock go on until it is so. */
export async function expectTurns(bench: Bench, isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns += 1) {
    expect(turns).toBeLessThan(200);
    bench.clock.next();
    await settle();
  }
}

/** A host in memory, and what it tells. */
export class Bench {
  readonly clock = new ManualClock();
  readonly store = new MemoryTableStore();
  readonly events: TableEvent[] = [];
  readonly observed: string[] = [];
  host: TableHost = undefined as never;

  async start(config: TableConfig = tableConfig()): Promise<TableHost> {
    this.host = await startTable({
      config,
      store: this.store,
      clock: this.clock,
      random: () => 0,
      observer: {
        turned: () => undefined,
        unavailable: (_, what) => this.observed.push(`unavailable ${what}`),
        froze: (_, error) => this.observed.push(`froze ${error}`),
      },
    });
    this.host.subscribe((event) => this.events.push(event));
    return this.host;
  }

  async until(stage: Stage): Promise<void> {
    for (let turns = 0; this.host.state.stage !== stage; turns += 1) {
      expect(turns, `the table stays ${this.host.state.stage}, never ${stage}`).toBeLessThan(200);
      this.clock.next();
      await settle();
    }
  }

  bet(op: string, amount: number, playerId = "ann") {
    return this.host.operate({ playerId, op, kind: "bet", chips: [["red", amount]] });
  }
}

/** A table whose first round takes bets; Ann, who has 1,000 chips, sits there. */
export async function betting(): Promise<Bench> {
  const bench = new Bench();
  bench.store.addPlayer("ann", 1_000);
  await bench.start();
  await bench.host.sit("ann");
  await bench.until("betting");
  return bench;
}
