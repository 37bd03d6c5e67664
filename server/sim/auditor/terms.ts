/** What the auditor is told, and what it complains of. Plain shapes: none is from the audited code. */
import type { Wheel, ZeroRule } from "./rules.ts";

export interface TableTerms {
  readonly tableId: string;
  readonly wheel: Wheel;
  readonly zeroRule: ZeroRule;
  readonly bettingMs: number;
  /** Of each phase. */
  readonly lastsMs: Readonly<Record<string, number>>;
  readonly min: number;
  /** The most on a spot, by its kind. */
  readonly spotMax: Readonly<Record<string, number>>;
  readonly playerMax: number;
  readonly houseMax: number;
}

export type Kind = "bet" | "undo" | "clear" | "double" | "repeat";
export type Change = readonly [spot: string, chips: number];

export interface Operation {
  readonly playerId: string;
  readonly op: string;
  readonly kind: Kind;
  readonly chips: readonly Change[];
}

export interface Answer {
  readonly op: string;
  readonly round: number;
  readonly stake: number;
  readonly balance: number;
  readonly chips?: readonly Change[];
}

export interface Refused {
  readonly code: string;
  readonly limit?: number;
  readonly lateMs?: number;
}

export type Reply =
  | { readonly answer: Answer; readonly isReplay?: true }
  | { readonly refusal: Refused };

/** A posting as the host asks the bank for it. */
export interface AskedPosting {
  readonly playerId: string;
  readonly op: string;
  readonly kind: string;
  readonly round: number;
  readonly changes: readonly Change[];
  readonly stakeChange: number;
  readonly stakeAfter: number;
  readonly chipsAfter?: readonly Change[];
}

/** Their own chips, as a player is shown them. */
export interface OwnLayout {
  readonly stake: number;
  readonly chips: readonly Change[];
  readonly lastChips: readonly Change[];
}

/** What everyone sees of a table. */
export interface View {
  readonly phase: string;
  readonly round: number;
  readonly phaseEndsAt: number;
  readonly commitment: string;
  readonly entropy: string;
  readonly betsDigest: string;
  readonly pocket: string;
  readonly seed: string;
  readonly totalStake: number;
  readonly lastPockets: readonly string[];
}

/** Something is not as it must be. */
export class AuditError extends Error {
  override readonly name = "AuditError";
}

/** Complains unless `holds`. */
export function check(holds: boolean, complaint: () => string): asserts holds {
  if (!holds) throw new AuditError(complaint());
}

/** Chips on spots as one text, whatever their order. */
export function layoutText(chips: Iterable<Change>): string {
  return Array.from(chips, ([spot, amount]) => `${spot}=${amount}`)
    .sort()
    .join(" ");
}

/** Whether the same chips lie on the same spots, whatever their order. */
export function sameChips(ones: readonly Change[], others: readonly Change[]): boolean {
  if (ones.length !== others.length) return false;
  const inOrder = ones.every(([spot, chips], place) => {
    const [otherSpot, otherChips] = others[place] as Change;
    return spot === otherSpot && chips === otherChips;
  });
  // The same order is what is usual, and the quicker to see.
  return inOrder || layoutText(ones) === layoutText(others);
}

export function sameLabels(ones: readonly string[], others: readonly string[]): boolean {
  return ones.length === others.length && ones.every((one, place) => one === others[place]);
}
