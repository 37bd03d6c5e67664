/**
 * The check that anyone can run on a finished round, without trusting who tells about it.
 *
 * Lists may come in any order, since what is hashed is sorted first; nothing may be in them twice.
 *
 * Every field of a record is either derived again from the others (commitment, entropy, digests,
 * pocket, payouts) or goes into such a derivation (seed, client seeds, bets, table, round, wheel,
 * zero rule). Times, the reason of a void round, and the few characters of a table's name or round
 * that by chance give the same pocket are held by the record's own digest.
 */
import { isChips } from "./chips.ts";
import { betsDigestOf, commitmentOf, entropyOf, outcomeOf } from "./fairness.ts";
import { compareBytes } from "./order.ts";
import { MOST_STAKE, settleBets } from "./payouts.ts";
import { HELD_BY_DIGEST, recordDigestOf } from "./recordDigest.ts";
import type { RoundRecord, SettledRecord, VoidRecord } from "./recordShape.ts";
import { isRecordShaped, shapeFaults } from "./recordShape.ts";
import { layoutOf } from "./spots.ts";
import type { Bet, Payout, WheelName } from "./types.ts";
import { ZERO_RULES_OF } from "./wheel.ts";

export type { RoundRecord } from "./recordShape.ts";

/** One line of a verification. */
export interface RecordCheck {
  /** What was checked, in a word or two. */
  readonly check: string;
  /** The fields that it is about, separated by `, `: what is claimed first, then what it rests on. */
  readonly field: string;
  readonly ok: boolean;
  /** For people: what was found. */
  readonly detail: string;
}

/**
 * Everything that can be checked about a record, one entry a check; see {@link isGenuine}.
 *
 * Takes any input and never throws. Input without the form of a record gets its faults of form and
 * no further check. A round that is not finished never passes: it has revealed nothing.
 */
export function checkRecord(record: unknown): readonly RecordCheck[] {
  if (!isRecordShaped(record)) {
    return shapeFaults(record).map((fault) => ({ check: "form", ok: false, ...fault }));
  }
  const form: RecordCheck = { check: "form", field: "record", ok: true, detail: record.version };
  const checks = [form, checkZeroRule(record), ...checkEntropy(record)];
  if (record.bets !== undefined) checks.push(checkBets(record.wheel, record.bets));
  if (record.betsDigest !== undefined) checks.push(checkBetsDigest(record));
  if (record.status === "open") checks.push(NOT_FINISHED);
  else checks.push(checkCommitment(record));
  if (record.status === "settled") checks.push(checkOutcome(record));
  if (record.status !== "open" && record.payouts !== undefined) checks.push(checkPayouts(record));
  checks.push(checkTimes(record));
  if (record.digest !== undefined) checks.push(checkDigest(record));
  return checks;
}

/** True where there are checks and every one of them passed. */
export function isGenuine(checks: readonly RecordCheck[]): boolean {
  return checks.length > 0 && checks.every((check) => check.ok);
}

const NOT_FINISHED: RecordCheck = {
  check: "finished",
  field: "status",
  ok: false,
  detail: "the round is not finished: its seed is not revealed",
};

interface Claim {
  readonly check: string;
  readonly field: string;
  readonly claimed: string;
  readonly derived: string;
}

function compare({ check, field, claimed, derived }: Claim): RecordCheck {
  const ok = claimed === derived;
  return {
    check,
    field,
    ok,
    detail: ok ? derived : `derived ${derived}, the record has ${claimed}`,
  };
}

/** A check that passes where no fault was found. */
function faultless(check: string, field: string, faults: readonly string[]): RecordCheck {
  return { check, field, ok: faults.length === 0, detail: faults[0] ?? "as it must be" };
}

function checkZeroRule({ wheel, zeroRule }: RoundRecord): RecordCheck {
  const allowed = ZERO_RULES_OF[wheel];
  const faults = allowed.includes(zeroRule)
    ? []
    : [`the ${wheel} wheel has ${allowed.join(" or ")}, not ${zeroRule}`];
  return faultless("zero rule", "zeroRule, wheel", faults);
}

function checkEntropy({ clientSeeds, entropy }: RoundRecord): RecordCheck[] {
  return [
    faultless("client seeds", "clientSeeds", repeats(clientSeeds, playerOf)),
    compare({
      check: "entropy",
      field: "entropy, clientSeeds",
      claimed: entropy,
      derived: entropyOf(clientSeeds),
    }),
  ];
}

function checkCommitment({ commitment, seed }: SettledRecord | VoidRecord): RecordCheck {
  const derived = commitmentOf(seed);
  return compare({ check: "commitment", field: "commitment, seed", claimed: commitment, derived });
}

/** What is wrong with bets as a whole: their spots, one twice, more chips than can be settled. */
function betFaults(wheel: WheelName, bets: readonly Bet[]): string[] {
  const layout = layoutOf(wheel);
  const unknown = bets
    .filter((bet) => layout.find(bet.spot) === undefined)
    .map((bet) => `the ${wheel} felt has no spot ${bet.spot}`);
  const repeated = repeats(bets, ({ playerId, spot }) => `${playerId}|${spot}`);
  const stake = bets.reduce((sum, bet) => sum + bet.amount, 0);
  const tooMany = isChips(stake) && stake <= MOST_STAKE ? [] : [`no round takes ${stake} chips`];
  return [...unknown, ...repeated, ...tooMany];
}

function checkBets(wheel: WheelName, bets: readonly Bet[]): RecordCheck {
  return faultless("bets", "bets, wheel", betFaults(wheel, bets));
}

function checkBetsDigest({ bets, betsDigest }: RoundRecord): RecordCheck {
  const field = "betsDigest, bets";
  if (bets === undefined || betsDigest === undefined) {
    const detail = "a digest without the bets that it is of";
    return { check: "bets digest", field, ok: false, detail };
  }
  const derived = betsDigestOf(bets);
  return compare({ check: "bets digest", field, claimed: betsDigest, derived });
}

function checkOutcome(record: SettledRecord): RecordCheck {
  return compare({
    check: "outcome",
    field: "pocket, seed, entropy, tableId, round, wheel",
    claimed: record.pocket,
    derived: outcomeOf(record),
  });
}

/** What every player with a stake must have got back. */
function duePayouts(record: SettledRecord | VoidRecord): Payout[] {
  const { wheel, zeroRule, bets } = record;
  if (record.status === "settled") {
    return settleBets(bets, { wheel, zeroRule, pocket: record.pocket });
  }
  // The pocket does not matter to the stakes, and of a void round nothing else counts.
  const stakes = settleBets(bets, { wheel, zeroRule, pocket: "0" });
  return stakes.map(({ playerId, stake }) => ({ playerId, stake, returned: stake }));
}

function checkPayouts(record: SettledRecord | VoidRecord): RecordCheck {
  const field = "payouts, bets, pocket, zeroRule";
  if (betFaults(record.wheel, record.bets).length > 0) {
    return { check: "payouts", field, ok: false, detail: "such bets cannot be settled" };
  }
  const payouts = record.payouts ?? [];
  const claimed = new Map(payouts.map((payout) => [payout.playerId, payout]));
  const due = new Map(duePayouts(record).map((payout) => [payout.playerId, payout]));
  const wrong = [...due.values()].flatMap((payout) => {
    const given = claimed.get(payout.playerId);
    return given !== undefined && tell(given) === tell(payout)
      ? []
      : [`due is ${tell(payout)}; the record has ${given ? tell(given) : "nothing"}`];
  });
  const undue = payouts
    .filter(({ playerId }) => !due.has(playerId))
    .map(({ playerId }) => `nothing is due to ${playerId}`);
  return faultless("payouts", field, [...wrong, ...undue, ...repeats(payouts, playerOf)]);
}

function tell({ playerId, stake, returned }: Payout): string {
  return `${returned} to ${playerId} for ${stake}`;
}

function checkTimes(record: RoundRecord): RecordCheck {
  const settledAt = record.status === "open" ? undefined : record.settledAt;
  const times = [record.openedAt, record.lockedAt, settledAt].filter((time) => time !== undefined);
  // In one time zone, and without its letter, ISO times are in order as text.
  const instants = times.map((time) => time.slice(0, -1));
  const faults = instants
    .slice(1)
    .filter((instant, index) => compareBytes(instants[index] ?? "", instant) > 0)
    .map((instant) => `${instant}Z comes before what precedes it`);
  return faultless("times", "openedAt, lockedAt, settledAt", faults);
}

function checkDigest(record: RoundRecord): RecordCheck {
  return compare({
    check: "digest",
    field: ["digest", ...HELD_BY_DIGEST.filter((name) => name in record)].join(", "),
    claimed: record.digest ?? "",
    derived: recordDigestOf(record),
  });
}

/** The entries of a list that stand for something that an entry before them stands for. */
function repeats<T extends { readonly playerId: string }>(
  list: readonly T[],
  keyOf: (entry: T) => string,
): string[] {
  const keys = new Set<string>();
  return list.flatMap((entry) => {
    const key = keyOf(entry);
    if (keys.has(key)) return [`${key} is there twice`];
    keys.add(key);
    return [];
  });
}

function playerOf({ playerId }: { readonly playerId: string }): string {
  return playerId;
}
