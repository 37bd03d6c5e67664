import { checkRecord } from "@croupier/shared/core/record";
import type { PoolClient } from "pg";
import { roundRecord } from "../rounds/queries.ts";
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
    const checks = checkRecord(await roundRecord(client, tableId, round));
    for (const { check, detail } of checks.filter(({ ok }) => !ok)) {
      faults.add(`table ${tableId}: round ${round}: ${check}: ${detail}`);
    }
  }
  return faults;
}
