import type { TableConfig } from "@croupier/shared/core/types";
import { expect, it } from "vitest";
import { tableEndpoints } from "./api.ts";

it("tells a table's rules and chains also while nobody is known to run it", async () => {
  const { "api-table": endpoint } = tableEndpoints({
    tables: {
      configs: [{ tableId: "main", name: "Main", bettingMs: 7, limits: { min: 5 } } as TableConfig],
      hosts: new Map(),
    },
    floor: { summary: () => null },
    clock: { now: () => 0 },
    archive: { chains: async () => [{ firstRound: 1 }] } as never,
    players: undefined as never,
    reads: undefined as never,
    wins: () => [],
  });
  const ask = async (id: string) => {
    const request = new Request("http://house.test");
    const asked = { params: { id }, query: {}, request, headers: request.headers };
    const answer = endpoint as never as (of: object) => Promise<Response>;
    return answer({ ...asked, asResponse: true });
  };
  const known = await ask("main");
  expect(await known.json()).toMatchObject({
    tableId: "main",
    phase: "paused",
    bettingMs: 7,
    minStake: 5,
    chains: [{ firstRound: 1 }],
  });
  expect((await ask("other")).status).toBe(404);
});
