/**
 * Rounds that the database has settled and the table has not told yet.
 *
 * The outcome is drawn and paid while the table still shows `closing`, so that the ball is spun on
 * time. Until it is, nobody hears of it here either.
 */
import type { RoundRecord } from "@croupier/shared/core/record";
import { sealRecord } from "@croupier/shared/core/recordDigest";
import { UNKNOWN_CLOSING_MS } from "../tables/spun.ts";
import type { HouseTables } from "../tables/tables.ts";

interface FinishedRound {
  readonly round: number;
  /** ISO; absent before the end. */
  readonly settledAt?: string | null | undefined;
}

/** Tells which rounds of `tableId` have a ball that was not spun yet. */
export function untoldOf(
  { configs, hosts }: Pick<HouseTables, "configs" | "hosts">,
  tableId: string,
  now: () => number,
): (round: FinishedRound) => boolean {
  const host = hosts.get(tableId);
  if (host !== undefined) {
    const { state } = host;
    return ({ round }) =>
      state.round === round && (state.stage === "settling" || state.stage === "settled");
  }
  // Another process runs it; after its closing time the ball is spun at the latest.
  const known = configs.find((config) => config.tableId === tableId);
  const closingMs = known?.closingMs ?? UNKNOWN_CLOSING_MS;
  return ({ settledAt }) => settledAt != null && now() < Date.parse(settledAt) + closingMs;
}

/** The record as of the time before the outcome was drawn. */
export function beforeOutcome(record: RoundRecord): RoundRecord {
  if (record.status !== "settled") return record;
  const { version, tableId, round, wheel, zeroRule, commitment } = record;
  const { clientSeeds, entropy, bets, betsDigest, openedAt, lockedAt } = record;
  const terms = { version, tableId, round, wheel, zeroRule, commitment, clientSeeds, entropy };
  return sealRecord({ ...terms, status: "open", bets, betsDigest, openedAt, lockedAt });
}
