/**
 * Whether a finished round's record is sound: what `checkRecord` finds for players, in a fraction of
 * its time, for all rounds that there ever were. It says only yes or no; why not, `checkRecord` says.
 */
import { hash } from "node:crypto";
import { TOKEN_PATTERN } from "@croupier/shared/core/bounds";
import { asChips } from "@croupier/shared/core/chips";
import { FAIRNESS_VERSION, outcomeOf } from "@croupier/shared/core/fairness";
import { compareBytes } from "@croupier/shared/core/order";
import { MOST_STAKE, returnOf } from "@croupier/shared/core/payouts";
import type { RoundRecord } from "@croupier/shared/core/recordShape";
import { isRecordShaped } from "@croupier/shared/core/recordShape";
import { layoutOf } from "@croupier/shared/core/spots";
import type { ClientSeed, WheelName, ZeroRule } from "@croupier/shared/core/types";
import { ZERO_RULES_OF } from "@croupier/shared/core/wheel";

/** A finished round as the database has it, hashes in hex; bets are in the order of records. */
export interface FinishedRound {
  readonly tableId: string;
  readonly round: number;
  readonly status: "settled" | "void";
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
  readonly commitment: string;
  readonly seed: string;
  readonly entropy: string;
  readonly clientSeeds: readonly ClientSeed[];
  readonly betsDigest: string;
  readonly pocket: string | null;
  readonly reason: string | null;
  /** Its times follow one another. */
  readonly inOrder: boolean;
  readonly bets: readonly ReturnedBet[];
}

export interface ReturnedBet {
  readonly playerId: string;
  readonly spot: string;
  readonly amount: number;
  readonly returned: number;
}

/** Any time: that those of a round are times is certain by their column. */
const SOME_TIME = "2000-01-01T00:00:00.000Z";

export function isSoundRecord(round: FinishedRound): boolean {
  return (
    round.inOrder &&
    isRecordShaped(withoutLists(round)) &&
    ZERO_RULES_OF[round.wheel].includes(round.zeroRule) &&
    sha256(Buffer.from(round.seed, "hex")) === round.commitment &&
    hasItsEntropy(round) &&
    hasItsDigest(round) &&
    hasItsPocket(round) &&
    returnsWhatIsDue(round)
  );
}

const sha256 = (text: string | Buffer): string => hash("sha256", text, "hex");

/** Lists are looked at entry by entry elsewhere. */
function withoutLists(round: FinishedRound): RoundRecord {
  const { bets, inOrder, pocket, reason, ...fields } = round;
  const times = { openedAt: SOME_TIME, settledAt: SOME_TIME };
  const record = { version: FAIRNESS_VERSION, ...fields, ...times, bets: [] };
  return (
    round.status === "settled"
      ? { ...record, pocket, payouts: [], lockedAt: SOME_TIME }
      : { ...record, reason }
  ) as RoundRecord;
}

function hasItsEntropy({ clientSeeds, entropy }: FinishedRound): boolean {
  if (new Set(clientSeeds.map(({ playerId }) => playerId)).size !== clientSeeds.length)
    return false;
  const lines = clientSeeds
    .toSorted((left, right) => compareBytes(left.playerId, right.playerId))
    .map(({ playerId, seed }) => `${playerId}:${seed}`);
  return sha256(lines.join("\n")) === entropy;
}

function hasItsDigest({ bets, betsDigest }: FinishedRound): boolean {
  let text = "";
  for (const { playerId, spot, amount } of bets) {
    text += text === "" ? "" : "\n";
    text += `${playerId}|${spot}|${amount}`;
  }
  return sha256(text) === betsDigest;
}

function hasItsPocket(round: FinishedRound): boolean {
  return round.pocket === null || outcomeOf(round) === round.pocket;
}

/** Each bet is one that can be settled, is there once, and brings what it must. */
function returnsWhatIsDue({ wheel, zeroRule, pocket, bets }: FinishedRound): boolean {
  const layout = layoutOf(wheel);
  let staked = 0;
  let before: ReturnedBet | undefined;
  for (const bet of bets) {
    const { playerId, spot: id, amount, returned } = bet;
    const spot = layout.find(id);
    staked += amount;
    if (spot === undefined || !(amount > 0) || staked > MOST_STAKE) return false;
    if (before?.playerId !== playerId && !TOKEN_PATTERN.test(playerId)) return false;
    if (before?.playerId === playerId && before.spot === id) return false;
    const due = pocket === null ? amount : returnOf(spot, asChips(amount), { pocket, zeroRule });
    if (returned !== due) return false;
    before = bet;
  }
  return true;
}
