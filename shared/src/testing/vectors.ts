/** Worked cases of the rules, made by an independent program. */
import vectors from "../../fixtures/vectors.json" with { type: "json" };
import type {
  Bet,
  ClientSeed,
  Payout,
  Pocket,
  SpotKind,
  WheelName,
  ZeroRule,
} from "../core/types.ts";

export interface OutcomeVector {
  readonly tableId: string;
  readonly wheel: WheelName;
  readonly round: number;
  /** N: the chain's last seed is `seed[N]`. */
  readonly chainLength: number;
  readonly lastSeed: string;
  readonly anchor: string;
  readonly commitment: string;
  readonly seed: string;
  readonly clientSeeds: readonly ClientSeed[];
  readonly entropy: string;
  readonly pocket: Pocket;
}

export interface PayoutVector {
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
  readonly pocket: Pocket;
  readonly bets: readonly Bet[];
  readonly betsDigest: string;
  readonly payouts: readonly Payout[];
}

export interface SpotVector {
  readonly id: string;
  readonly kind: SpotKind;
  readonly covers: readonly Pocket[];
}

export interface Vectors {
  readonly outcomes: readonly OutcomeVector[];
  readonly payouts: readonly PayoutVector[];
  readonly layouts: Readonly<Record<WheelName, readonly SpotVector[]>>;
  readonly announced: {
    readonly european: Readonly<
      Record<
        "voisins" | "tiers" | "orphelins" | "jeu-zero",
        readonly { readonly spot: string; readonly units: number }[]
      >
    >;
  };
}

export const VECTORS = vectors as unknown as Vectors;
