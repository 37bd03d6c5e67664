import { checkRecord } from "@croupier/shared/core/record";
import type { PoolClient } from "pg";
import { roundRecord } from "../rounds/queries.ts";
import { despiteBadData } from "./badData.ts";
import { Faults } from "./faults.ts";

export interface RoundId {
  readonly tableId: string;
  readonly round: number;
}

/** What is wrong with the records of these rounds, found the way players find it. */
export async function recordFaults(
  client: PoolClient,
  rounds: readonly RoundId[],
): Promise<Faults> {
  const faults = new Faults();
  for (const { tableId, round } of rounds) {
    const found = await despiteBadData(
      client,
      () => foundIn(client, { tableId, round }),
      (reason) => [`its record cannot be read: ${reason}`],
    );
    for (const fault of found) faults.add(`table ${tableId}: round ${round}: ${fault}`);
  }
  return faults;
}

async function foundIn(client: PoolClient, { tableId, round }: RoundId): Promise<string[]> {
  const checks = checkRecord(await roundRecord(client, tableId, round));
  return checks.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`);
}
