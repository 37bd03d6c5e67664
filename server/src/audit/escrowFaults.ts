import type { PoolClient } from "pg";
import { Faults } from "./faults.ts";

/** Chips that rounds leave in their tables' escrows where that is not zero: by table, then round. */
export type ChipsLeft = ReadonlyMap<string, ReadonlyMap<number, number>>;

interface Due {
  readonly table_id: string;
  /** In digits: they may be those of any number. */
  readonly round: string;
  readonly status: string;
  readonly due: number;
}

/** A round leaves nothing, or its stakes while it is not finished. */
export async function escrowFaults(client: PoolClient, left: ChipsLeft): Promise<Faults> {
  const faults = new Faults();
  const { rows } = await client.query<Due>(
    `SELECT table_id, round::text, status, coalesce(sum(stake_change), 0)::float8 AS due
     FROM rounds LEFT JOIN operations USING (table_id, round)
     WHERE status IN ('open', 'locked') GROUP BY table_id, round, status`,
  );
  const unfinished = new Set(rows.map(({ table_id, round }) => `${table_id} ${round}`));
  for (const { table_id: tableId, round, status, due } of rows) {
    const kept = left.get(tableId)?.get(Number(round)) ?? 0;
    if (kept !== due) faults.add(told({ tableId, round, status, kept, due }));
  }
  for (const [tableId, rounds] of left) {
    for (const [round, kept] of rounds) {
      if (faults.full) return faults;
      // What is of no round was named with its transfer.
      if (Number.isNaN(round) || unfinished.has(`${tableId} ${round}`)) continue;
      const status = await statusOf(client, tableId, round);
      faults.add(told({ tableId, round, status, kept, due: 0 }));
    }
  }
  return faults;
}

async function statusOf(client: PoolClient, tableId: string, round: number): Promise<string> {
  const { rows } = await client.query<{ status: string }>(
    "SELECT status FROM rounds WHERE table_id = $1 AND round::text = $2::text",
    [tableId, round],
  );
  return rows[0]?.status ?? "missing";
}

interface Told {
  readonly tableId: string;
  readonly round: number | string;
  readonly status: string;
  readonly kept: number;
  readonly due: number;
}

const told = ({ tableId, round, status, kept, due }: Told): string =>
  `table ${tableId}: round ${round} (${status}) leaves ${kept} in escrow, not ${due}`;
