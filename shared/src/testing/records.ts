/** Builders of genuine round records. */
import fc from "fast-check";
import { asChips } from "../core/chips.ts";
import {
  betsDigestOf,
  commitmentOf,
  entropyOf,
  FAIRNESS_VERSION,
  outcomeOf,
} from "../core/fairness.ts";
import { settleBets } from "../core/payouts.ts";
import { sealRecord } from "../core/recordDigest.ts";
import type { OpenRecord, RoundRecord, SettledRecord, VoidRecord } from "../core/recordShape.ts";
import type { Bet, ClientSeed } from "../core/types.ts";
import type { Felt } from "./arbitraries.ts";
import {
  arbitraryBets,
  arbitraryClientSeeds,
  arbitraryFelt,
  arbitrarySeed,
} from "./arbitraries.ts";

/** What a record is made from; all the rest follows. Lists come sorted. */
export interface RecordParts extends Felt {
  readonly tableId: string;
  readonly round: number;
  readonly seed: string;
  readonly clientSeeds: readonly ClientSeed[];
  readonly bets: readonly Bet[];
}

const USUAL: RecordParts = {
  tableId: "european-1",
  round: 7,
  wheel: "european",
  zeroRule: "la-partage",
  seed: "5f".repeat(32),
  clientSeeds: [
    { playerId: "p1", seed: "first-seed" },
    { playerId: "p2", seed: "Second_Seed" },
  ],
  bets: [
    { playerId: "p1", spot: "red", amount: asChips(25) },
    { playerId: "p1", spot: "split:17-20", amount: asChips(50) },
    { playerId: "p2", spot: "dozen:2", amount: asChips(100) },
  ],
};

function common(parts: RecordParts) {
  const { tableId, round, wheel, zeroRule, seed, clientSeeds } = parts;
  return {
    version: FAIRNESS_VERSION,
    tableId,
    round,
    wheel,
    zeroRule,
    commitment: commitmentOf(seed),
    clientSeeds,
    entropy: entropyOf(clientSeeds),
    openedAt: "2026-01-02T03:04:05.000Z",
  } as const;
}

/** A genuine settled record with its digest, from the usual parts with `parts` in their place. */
export function buildRecord(parts: Partial<RecordParts> = {}): SettledRecord {
  const all = { ...USUAL, ...parts };
  const record = common(all);
  const pocket = outcomeOf({ ...record, seed: all.seed });
  return sealRecord({
    ...record,
    status: "settled",
    seed: all.seed,
    bets: all.bets,
    betsDigest: betsDigestOf(all.bets),
    pocket,
    payouts: settleBets(all.bets, { ...all, pocket }),
    lockedAt: "2026-01-02T03:04:25.000Z",
    settledAt: "2026-01-02T03:04:26.250Z",
  });
}

/** A genuine record of a void round with its digest. */
export function buildVoidRecord(parts: Partial<RecordParts> = {}): VoidRecord {
  const all = { ...USUAL, ...parts };
  const stakes = settleBets(all.bets, { ...all, pocket: "0" });
  return sealRecord({
    ...common(all),
    status: "void",
    reason: "the table could not go on",
    seed: all.seed,
    bets: all.bets,
    betsDigest: betsDigestOf(all.bets),
    payouts: stakes.map(({ playerId, stake }) => ({ playerId, stake, returned: stake })),
    settledAt: "2026-01-02T03:04:26.250Z",
  });
}

/** A record of a round that is still taking bets. */
export function buildOpenRecord(parts: Partial<RecordParts> = {}): OpenRecord {
  return sealRecord({ ...common({ ...USUAL, ...parts }), status: "open" });
}

const arbitraryRecordParts: fc.Arbitrary<RecordParts> = arbitraryFelt.chain((felt) =>
  fc.record({
    wheel: fc.constant(felt.wheel),
    zeroRule: fc.constant(felt.zeroRule),
    tableId: fc.constantFrom("european-1", "t_2", "3"),
    round: fc.integer({ min: 1, max: 2 ** 31 }),
    seed: arbitrarySeed,
    clientSeeds: arbitraryClientSeeds,
    bets: arbitraryBets(felt.wheel),
  }),
);

/** A genuine record of a finished round, settled or void. */
export const arbitraryFinishedRecord: fc.Arbitrary<RoundRecord> = fc
  .tuple(arbitraryRecordParts, fc.boolean())
  .map(([parts, settled]) => (settled ? buildRecord(parts) : buildVoidRecord(parts)));

/** `seed[0]` (the anchor) to `seed[length]`, from the last seed backwards. */
export function seedChain(lastSeed: string, length: number): string[] {
  const chain = [lastSeed];
  while (chain.length <= length) chain.unshift(commitmentOf(chain[0] ?? lastSeed));
  return chain;
}
