/** What somebody does at a crash point beside the crowd, and what must have become of it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Stage } from "./stage.ts";

/** Once it may die, and once play goes on. */
export interface Attempt {
  /** What brings the server to the point; fails where that ends it. */
  readonly act?: (subjectUrl: string) => Promise<unknown>;
  /** Answers what is not as it must be. */
  readonly faults?: () => Promise<readonly string[]>;
}

/** Prepares it, before the server may die. */
export type Errand = (stage: Stage) => Promise<Attempt>;

/** Processes that have the table from before are to have come to it. */
const FILLS_UP_MS = 10_000;
const LOOK_MS = 50;

/** O7: several operations of one player are in flight. */
export const bursts: Errand = async ({ house, prober }) => ({
  act: async () => (await prober.sitsToBurst(house.url))(),
});

/** R12, R15, R16: the house of each table is filled up, once. */
export const fillsUp: Errand = async ({ database, tableIds }) => {
  const fillings = async (): Promise<number> => {
    const [row] = await database.ask<{ count: number }>(
      `SELECT count(*)::integer AS count FROM transfers
       WHERE kind = 'bankroll' AND table_id IN (${tableIds.map((id) => `'${id}'`).join(", ")})`,
    );
    return row?.count ?? 0;
  };
  const wanted = (await fillings()) + tableIds.length;
  return {
    async faults() {
      const until = Date.now() + FILLS_UP_MS;
      while ((await fillings()) < wanted && Date.now() < until) await pause(LOOK_MS);
      const more = (await fillings()) - wanted;
      return more === 0 ? [] : [`the houses were filled up ${more} times more than once each`];
    },
  };
};

/** V6: who had a stake in the void round, and did nothing in the next one, is told once. */
export const hearsOfVoid: Errand = async ({ database, prober, tableIds: [tableId] }) => ({
  async faults() {
    const { stoodIn: round } = prober;
    const [record] = await database.ask<{ status: string }>(
      `SELECT status FROM rounds WHERE table_id = '${tableId}' AND round = ${round}`,
    );
    if (record?.status !== "void") return [`round ${round} is ${record?.status}, not void`];
    const times = prober.toldVoid.filter((told) => told === round).length;
    return times === 1 ? [] : [`of the void round ${round} the prober was told ${times} times`];
  },
});
