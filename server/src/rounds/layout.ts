/**
 * What lies on the felt of a round. A thousand players may have chips everywhere: nothing here goes
 * through all of them at once.
 */
import { createHash } from "node:crypto";
import { asChips } from "@croupier/shared/core/chips";
import { compareBytes } from "@croupier/shared/core/order";
import type { SpotChange } from "@croupier/shared/core/table/inputs";
import type { Bet, SpotId } from "@croupier/shared/core/types";
import type { Queryable } from "../db/transaction.ts";
import { nextTurn } from "../platform/turn.ts";
import type { RoundId } from "./log.ts";
import { slicesOfLog } from "./log.ts";

/** Bets between two turns of everything else. */
const PART = 2_000;

interface ChangesRow {
  readonly player_id: string;
  readonly changes: readonly SpotChange[];
}

/** What lies on the felt of a round by the log of its operations, in the order of records. */
export async function readLayout(database: Queryable, id: RoundId): Promise<readonly Bet[]> {
  const chips = new Map<string, Map<SpotId, number>>();
  for await (const rows of slicesOfLog<ChangesRow>(database, id, "player_id, changes")) {
    for (const { player_id: playerId, changes } of rows) {
      const own = chips.get(playerId) ?? new Map<SpotId, number>();
      chips.set(playerId, own);
      for (const [spot, change] of changes) own.set(spot, (own.get(spot) ?? 0) + change);
    }
  }
  return inOrder(chips);
}

async function inOrder(chips: ReadonlyMap<string, ReadonlyMap<SpotId, number>>) {
  const bets: Bet[] = [];
  let turnAt = PART;
  for (const playerId of [...chips.keys()].sort(compareBytes)) {
    const own = [...(chips.get(playerId) ?? [])].filter(([, amount]) => amount !== 0);
    own.sort(([one], [other]) => compareBytes(one, other));
    for (const [spot, amount] of own) bets.push({ playerId, spot, amount: asChips(amount) });
    if (bets.length < turnAt) continue;
    turnAt = bets.length + PART;
    await nextTurn();
  }
  return bets;
}

/** The digest of a round's bets by the log of its operations, hex. */
export async function loggedDigest(database: Queryable, id: RoundId): Promise<string> {
  return digestOf(await readLayout(database, id));
}

/** As `betsDigestOf` has it, of bets in the order of records. */
export async function digestOf(bets: readonly Bet[]): Promise<string> {
  const hash = createHash("sha256");
  for (let from = 0; from < bets.length; from += PART) {
    const lines = bets
      .slice(from, from + PART)
      .map(({ playerId, spot, amount }) => `${playerId}|${spot}|${amount}`);
    hash.update(`${from === 0 ? "" : "\n"}${lines.join("\n")}`);
    await nextTurn();
  }
  return hash.digest("hex");
}

/** The digest of the bets that are written down for a round, hex; made in the database. */
export async function writtenDigest(
  database: Queryable,
  { tableId, round }: RoundId,
): Promise<string> {
  const { rows } = await database.query<{ digest: string }>(
    `SELECT encode(sha256(convert_to(coalesce(
       string_agg(player_id || '|' || spot || '|' || amount, E'\\n'
         ORDER BY player_id COLLATE "C", spot COLLATE "C"),
       ''), 'UTF8')), 'hex') AS digest
     FROM bets WHERE table_id = $1 AND round = $2`,
    [tableId, round],
  );
  return rows[0]?.digest ?? "";
}
