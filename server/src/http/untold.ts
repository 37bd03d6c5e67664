/**
 * Rounds that the database has settled and the table has not told yet.
 *
 * The outcome is drawn and paid while the table still shows `closing`, so that the ball is spun on
 * time. Until it is, nobody hears of it here either.
 */
import type { RoundRecord } from "@croupier/shared/core/record";
import { sealRecord } from "@croupier/shared/core/recordDigest";
import type { TableHost } from "../tables/tableHost.ts";

/** Whether the table is about to spin the ball of this round. */
export function isUntold(host: TableHost | undefined, round: number): boolean {
  if (host === undefined || host.state.round !== round) return false;
  return host.state.stage === "settling" || host.state.stage === "settled";
}

/** The record as of the time before the outcome was drawn. */
export function beforeOutcome(record: RoundRecord): RoundRecord {
  if (record.status !== "settled") return record;
  const { version, tableId, round, wheel, zeroRule, commitment } = record;
  const { clientSeeds, entropy, bets, betsDigest, openedAt, lockedAt } = record;
  const terms = { version, tableId, round, wheel, zeroRule, commitment, clientSeeds, entropy };
  return sealRecord({ ...terms, status: "open", bets, betsDigest, openedAt, lockedAt });
}
