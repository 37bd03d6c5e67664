/** What the quick look at a record must not let through. */
import { asChips } from "@croupier/shared/core/chips";
import { returnOf } from "@croupier/shared/core/payouts";
import { checkRecord } from "@croupier/shared/core/record";
import { layoutOf } from "@croupier/shared/core/spots";
import { buildRecord, buildVoidRecord } from "@croupier/shared/testing/records";
import { describe, expect, it } from "vitest";
import type { FinishedRound } from "./soundRecord.ts";
import { isSoundRecord } from "./soundRecord.ts";

type Finished = ReturnType<typeof buildRecord> | ReturnType<typeof buildVoidRecord>;

/** The record as the database has it. */
function asRound(record: Finished): FinishedRound {
  const { tableId, round, status, wheel, zeroRule, commitment, seed, entropy } = record;
  const { clientSeeds, betsDigest, bets } = record;
  const pocket = record.status === "settled" ? record.pocket : null;
  const reason = record.status === "void" ? record.reason : null;
  const layout = layoutOf(wheel);
  const returned = bets.map((bet) => {
    const spot = layout.find(bet.spot);
    if (pocket === null || spot === undefined) return { ...bet, returned: bet.amount };
    return { ...bet, returned: returnOf(spot, bet.amount, { pocket, zeroRule }) };
  });
  const hashes = { commitment, seed, entropy, betsDigest };
  const base = { tableId, round, status, wheel, zeroRule, clientSeeds, pocket, reason };
  return { ...base, ...hashes, bets: returned, inOrder: true };
}

const american = { wheel: "american", zeroRule: "surrender" } as const;

describe.each([
  ["settled", buildRecord()],
  ["settled, American", buildRecord(american)],
  ["settled without bets", buildRecord({ bets: [], clientSeeds: [] })],
  ["void", buildVoidRecord()],
  ["void without bets", buildVoidRecord({ bets: [] })],
])("a record that is %s", (_, record) => {
  it("is sound, to players as well", () => {
    expect(isSoundRecord(asRound(record))).toBe(true);
    expect(checkRecord(record).every(({ ok }) => ok)).toBe(true);
  });
});

const other = "ab".repeat(32);
const bet = (parts: object) => (round: FinishedRound) => ({
  ...round,
  bets: round.bets.map((placed, place) => (place === 0 ? { ...placed, ...parts } : placed)),
});

const SPOILT: readonly (readonly [string, (round: FinishedRound) => object])[] = [
  ["another seed", (round) => ({ ...round, seed: other })],
  ["another commitment", (round) => ({ ...round, commitment: other })],
  ["another entropy", (round) => ({ ...round, entropy: other })],
  ["another digest", (round) => ({ ...round, betsDigest: other })],
  ["another table", (round) => ({ ...round, tableId: "another-1" })],
  ["a table's name that is none", (round) => ({ ...round, tableId: "a b" })],
  ["another round", (round) => ({ ...round, round: 8 })],
  ["a zero rule of another wheel", (round) => ({ ...round, zeroRule: "surrender" })],
  ["a wheel that there is not", (round) => ({ ...round, wheel: "square" })],
  ["a client seed less", (round) => ({ ...round, clientSeeds: round.clientSeeds.slice(1) })],
  [
    "a client seed twice",
    (round) => ({
      ...round,
      clientSeeds: [...round.clientSeeds, ...round.clientSeeds.slice(0, 1)],
    }),
  ],
  ["times out of order", (round) => ({ ...round, inOrder: false })],
  ["a bet more", (round) => ({ ...round, bets: [...round.bets, ...round.bets.slice(2)] })],
  ["a bet less", (round) => ({ ...round, bets: round.bets.slice(1) })],
  ["bets in another order", (round) => ({ ...round, bets: round.bets.toReversed() })],
  ["a bigger bet", bet({ amount: asChips(26) })],
  ["a bet on another spot", bet({ spot: "black" })],
  ["a bet on no spot", bet({ spot: "violet" })],
  ["another's bet", bet({ playerId: "p0" })],
  ["a bigger return", bet({ returned: asChips(1_000) })],
];

describe.each([
  ["settled", asRound(buildRecord())],
  ["void", asRound(buildVoidRecord())],
])("a %s record", (status, round) => {
  it.each(SPOILT)("with %s is not sound", (what, spoil) => {
    const spoilt = spoil(round) as FinishedRound;
    // Nothing of a void round is drawn: its table and number are held by its place in the books.
    const drawn = ["another table", "another round"].includes(what);
    expect(isSoundRecord(spoilt)).toBe(status === "void" && drawn);
  });
});

it("a settled record with another pocket is not sound", () => {
  const round = asRound(buildRecord({ bets: [] }));
  const pocket = round.pocket === "1" ? "2" : "1";
  expect(isSoundRecord({ ...round, pocket })).toBe(false);
});

it("a void record without a reason is not sound", () => {
  expect(isSoundRecord({ ...asRound(buildVoidRecord()), reason: null })).toBe(false);
});
