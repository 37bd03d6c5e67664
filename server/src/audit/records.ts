/** Checks every finished round's public record the way players do, a page of rounds at a time. */
import { checkRecord } from "@croupier/shared/core/record";
import type { PoolClient } from "pg";
import { roundRecords } from "../rounds/queries.ts";
import type { AuditLine } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";

const ROUNDS_IN_PAGE = 200;

/** One line for all records: each payout, pocket and digest follows from what is public. */
export async function auditRecords(client: PoolClient): Promise<AuditLine> {
  const faults: string[] = [];
  let counted = 0;
  let after = { tableId: "", round: 0 };
  for (;;) {
    const records = await roundRecords(client, after, ROUNDS_IN_PAGE);
    for (const record of records) {
      counted += 1;
      for (const { check, detail } of checkRecord(record).filter(({ ok }) => !ok)) {
        faults.push(`table ${record.tableId}: round ${record.round}: ${check}: ${detail}`);
      }
      after = { tableId: record.tableId, round: record.round };
    }
    if (records.length < ROUNDS_IN_PAGE) break;
    faults.splice(MOST_NAMED);
  }
  return {
    check: "each finished round's outcome and payouts follow from its record",
    counted,
    ok: faults.length === 0,
    faults: faults.slice(0, MOST_NAMED),
  };
}
