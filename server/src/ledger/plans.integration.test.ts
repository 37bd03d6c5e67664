/**
 * How the books are read at every bet: by their keys, also where the database knows nothing of their
 * size yet.
 */
import { expect, it } from "vitest";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import { createPostgresTableStores } from "../rounds/tableStore.ts";
import { storeOfAnyTable } from "../testing/anyTable.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { bet, openRound, tableConfig } from "../testing/rounds.ts";

const PLAYERS = 30;
/** What grows with players and rounds. */
const LARGE = ["accounts", "bets", "operations", "rounds", "transfers"];

/** How often each of them was read so far: by a key; from one end to the other. */
async function reads(
  { database }: BankRig,
  how: "idx_scan" | "seq_scan",
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await database.pool.query(
    `SELECT relname AS name, ${how} AS reads FROM pg_stat_user_tables WHERE relname = ANY ($1)`,
    [LARGE],
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.reads]));
}

it("posts without reading a table from one end to the other", async () => {
  const rig = await createBankRig();
  try {
    await rig.store.prepareTable(tableConfig("one"));
    await openRound(rig, "one", 1);
    const players = await Promise.all(
      Array.from({ length: PLAYERS }, (_, index) =>
        rig.players.registerGuest({ name: `${index}` }),
      ),
    );
    const before = await reads(rig, "seq_scan");
    const log = createLogger("silent");
    const pool = createPool(rig.database.url, log);
    const pipelined = createPool(rig.database.url, log, { pipeline: true });
    const stores = createPostgresTableStores({ ...rig, pool, pipelined, log, chainLength: 5_000 });
    const store = storeOfAnyTable(stores, rig.leaseOf);
    for (const { playerId } of players) {
      await store.post("one", bet(playerId, { round: 1, stakeChange: 5 }));
    }
    // A connection tells its figures at its end, at the latest.
    await Promise.all([pool.end(), pipelined.end()]);
    const told = async () => (await reads(rig, "idx_scan"))["operations"];
    await expect.poll(told).toBeGreaterThanOrEqual(PLAYERS);
    expect(await reads(rig, "seq_scan")).toEqual(before);
  } finally {
    await rig.database.close();
  }
});
