/** Generators of the game's values, for property tests. */
import fc from "fast-check";
import type { Chips } from "../core/chips.ts";
import { asChips } from "../core/chips.ts";
import { compareBets } from "../core/fairness.ts";
import { compareBytes } from "../core/order.ts";
import { layoutOf } from "../core/spots.ts";
import type { Bet, ClientSeed, Pocket, Spot, WheelName, ZeroRule } from "../core/types.ts";
import { WHEELS } from "../core/types.ts";
import { pocketsOf, ZERO_RULES_OF } from "../core/wheel.ts";

/** The part of a table that its rules hang on. */
export interface Felt {
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
}

const TOKEN_CHARACTERS = [..."0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"];

/** Every wheel with every zero rule that it may have. */
export const FELTS: readonly Felt[] = WHEELS.flatMap((wheel) =>
  ZERO_RULES_OF[wheel].map((zeroRule) => ({ wheel, zeroRule })),
);

export const arbitraryWheel: fc.Arbitrary<WheelName> = fc.constantFrom(...WHEELS);

export const arbitraryFelt: fc.Arbitrary<Felt> = fc.constantFrom(...FELTS);

/** An amount from one chip to a hundred thousand. */
export const arbitraryAmount: fc.Arbitrary<Chips> = fc
  .integer({ min: 1, max: 100_000 })
  .map(asChips);

/** A player's id out of few, so that players meet on spots. */
export const arbitraryPlayerId: fc.Arbitrary<string> = fc
  .integer({ min: 1, max: 12 })
  .map((number) => `p${number}`);

/** A client seed or an operation id. */
const arbitraryToken: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(...TOKEN_CHARACTERS),
  minLength: 1,
  maxLength: 64,
});

/** 32 bytes in hex. */
export const arbitrarySeed: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(..."0123456789abcdef"),
  minLength: 64,
  maxLength: 64,
});

export function arbitraryPocket(wheel: WheelName): fc.Arbitrary<Pocket> {
  return fc.constantFrom(...pocketsOf(wheel));
}

function arbitrarySpot(wheel: WheelName): fc.Arbitrary<Spot> {
  return fc.constantFrom(...layoutOf(wheel).spots);
}

/** Bets of several players, at most one for each player and spot, sorted as in a record. */
export function arbitraryBets(wheel: WheelName): fc.Arbitrary<Bet[]> {
  const bet = fc.record({
    playerId: arbitraryPlayerId,
    spot: arbitrarySpot(wheel).map((spot) => spot.id),
    amount: arbitraryAmount,
  });
  return fc
    .uniqueArray(bet, { maxLength: 40, selector: ({ playerId, spot }) => `${playerId}|${spot}` })
    .map((bets) => bets.toSorted(compareBets));
}

/** Client seeds of several players, sorted as in a record. */
export const arbitraryClientSeeds: fc.Arbitrary<ClientSeed[]> = fc
  .uniqueArray(fc.record({ playerId: arbitraryPlayerId, seed: arbitraryToken }), {
    maxLength: 8,
    selector: ({ playerId }) => playerId,
  })
  .map((seeds) => seeds.toSorted((left, right) => compareBytes(left.playerId, right.playerId)));
