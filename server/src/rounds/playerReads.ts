/**
 * What the tables of a process ask about single players, gathered: a crowd that bets too late, or comes
 * in, asks one of these each, and must not stand in the way of what makes rounds go on.
 */
import { hash } from "node:crypto";
import { asChips } from "@croupier/shared/core/chips";
import type { ChipsOnSpots } from "@croupier/shared/core/table/inputs";
import type { Pool } from "pg";
import { GatheredRead } from "../db/gatheredRead.ts";
import { findOperations } from "../ledger/operations.ts";
import type { KnownOperation } from "../ledger/postings.ts";
import { isSame, operationKey } from "../ledger/postings.ts";
import type { RecalledOperation, TableStore } from "../tables/store.ts";

/** Runs a question until it is through or clearly cannot be now. */
type Durably = <Answer>(ask: () => Promise<Answer>) => Promise<Answer>;

export type PlayerReads = Pick<TableStore, "recall" | "lastChips">;

export function createPlayerReads(pool: Pool, durably: Durably): PlayerReads {
  const operations = new GatheredRead<KnownOperation>((keys) =>
    durably(() =>
      findOperations(
        pool,
        keys.map(partsOf).map(([playerId, op]) => ({ playerId, op })),
      ),
    ),
  );
  const layouts = new GatheredRead<ChipsOnSpots>((keys) =>
    durably(() => readLastChips(pool, keys)),
  );
  return {
    recall: async (tableId, { playerId, op, content }): Promise<RecalledOperation | null> => {
      const known = await operations.read(operationKey(playerId, op));
      if (known === null) return null;
      const asked = { tableId, content: hash("sha256", content, "buffer") };
      return { sameContent: isSame(known, asked), answer: known.answer };
    },
    lastChips: async (tableId, playerId) => (await layouts.read(`${tableId} ${playerId}`)) ?? [],
  };
}

/** Both parts of a key; neither tables nor players have a space in their ids. */
function partsOf(key: string): readonly [first: string, second: string] {
  const cut = key.indexOf(" ");
  return [key.slice(0, cut), key.slice(cut + 1)];
}

interface LaidRow {
  readonly table_id: string;
  readonly player_id: string;
  readonly spot: string;
  readonly amount: number;
}

/** For each table and player: the bets of the last finished round in which there were any. */
async function readLastChips(
  pool: Pool,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ChipsOnSpots>> {
  const asked = keys.map(partsOf);
  const { rows } = await pool.query<LaidRow>({
    name: "last-chips",
    text: `SELECT laid.table_id, laid.player_id, laid.spot, laid.amount
      FROM unnest($1::text[], $2::text[]) AS asked (its_table, its_player)
        CROSS JOIN LATERAL (
          SELECT table_id, player_id, spot, amount FROM bets
          WHERE table_id = its_table AND player_id = its_player AND round = (
            SELECT round FROM bets WHERE player_id = its_player AND table_id = its_table
            ORDER BY id DESC LIMIT 1)) AS laid
      ORDER BY laid.spot`,
    values: [asked.map(([tableId]) => tableId), asked.map(([, playerId]) => playerId)],
  });
  const laid = Map.groupBy(rows, ({ table_id, player_id }) => `${table_id} ${player_id}`);
  return new Map(
    Array.from(laid, ([key, bets]) => [
      key,
      bets.map(({ spot, amount }) => [spot, asChips(amount)] as const),
    ]),
  );
}
