import type { RoundRecord } from "@croupier/shared/core/record";
import type { Stage } from "@croupier/shared/core/table/state";
import type { TableConfig } from "@croupier/shared/core/types";
import { buildRecord } from "@croupier/shared/testing/records";
import { describe, expect, it } from "vitest";
import { UNKNOWN_CLOSING_MS } from "../tables/spun.ts";
import type { TableHost } from "../tables/tableHost.ts";
import { tableEndpoints } from "./api.ts";

const record = buildRecord();
const settledAt = new Date((record.status === "settled" && record.settledAt) || 0);
const CLOSING_MS = 2_000;

/** What `/api/…` answers while the table is in `stage` of `round`. */
async function ask(
  path: "api-round" | "api-rounds",
  at: { stage: Stage; round: number } | { elsewhere: true; now: number; unknown?: true },
) {
  const { tableId, round } = record;
  const host = { config: { tableId }, state: at } as unknown as TableHost;
  const archive = {
    roundRecord: (): Promise<RoundRecord> => Promise.resolve(record),
    recentRounds: () =>
      Promise.resolve([
        { round, settledAt: settledAt.toISOString() },
        { round: round - 1, settledAt: new Date(settledAt.getTime() - CLOSING_MS).toISOString() },
      ]),
  };
  const endpoints = tableEndpoints({
    tables: {
      configs: "unknown" in at ? [] : [{ tableId, closingMs: CLOSING_MS } as TableConfig],
      hosts: new Map("elsewhere" in at ? [] : [[tableId, host]]),
    },
    floor: { summary: () => null },
    clock: { now: () => ("elsewhere" in at ? at.now : 0) },
    archive: archive as never,
    players: undefined as never,
    reads: undefined as never,
    wins: () => [],
  });
  const params = { id: tableId, tableId, round: String(round) };
  const request = new Request("http://house.test");
  const asked = { params, query: {}, request, headers: request.headers, asResponse: true };
  const response: Response = await (endpoints[path] as never as (of: object) => Promise<Response>)(
    asked,
  );
  return JSON.parse(await response.text());
}

describe("a round that is settled", () => {
  it.each<Stage>(["settling", "settled"])("is not told while its table is %s", async (stage) => {
    const at = { stage, round: record.round };
    const told = await ask("api-round", at);
    expect(told).toMatchObject({ status: "open", betsDigest: record.betsDigest });
    for (const outcome of ["seed", "pocket", "payouts", "settledAt"]) {
      expect(told).not.toHaveProperty(outcome);
    }
    expect((await ask("api-rounds", at)).rounds).toMatchObject([{ round: record.round - 1 }]);
  });

  it("is not told while another process may still be closing it", async () => {
    const end = settledAt.getTime() + CLOSING_MS;
    const before = { elsewhere: true, now: end - 1 } as const;
    expect(await ask("api-round", before)).not.toHaveProperty("pocket");
    expect((await ask("api-rounds", before)).rounds).toMatchObject([{ round: record.round - 1 }]);
    const after = { elsewhere: true, now: end } as const;
    expect(await ask("api-round", after)).toEqual(record);
    expect((await ask("api-rounds", after)).rounds).toHaveLength(2);
  });

  it("is not told while a process may be closing it whose table this one does not know", async () => {
    const end = settledAt.getTime() + UNKNOWN_CLOSING_MS;
    const before = { elsewhere: true, unknown: true, now: end - 1 } as const;
    const told = await ask("api-round", before);
    expect(told).toMatchObject({ status: "open" });
    for (const outcome of ["seed", "pocket"]) expect(told).not.toHaveProperty(outcome);
    expect(await ask("api-round", { ...before, now: end })).toEqual(record);
  });

  it.each<[Stage, number]>([
    ["spinning", 0],
    ["result", 0],
    ["settled", 1],
    ["betting", 1],
  ])("is told while its table is %s, %i rounds later", async (stage, later) => {
    const at = { stage, round: record.round + later };
    expect(await ask("api-round", at)).toEqual(record);
    expect((await ask("api-rounds", at)).rounds).toHaveLength(2);
  });
});
