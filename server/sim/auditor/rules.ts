/**
 * The rules of the game once more, written from GAME and FAIRNESS alone: nothing here comes from the
 * code that is audited. Slow and plain on purpose.
 */
import { createHmac, hash } from "node:crypto";

export type Wheel = "european" | "american" | "triple-zero";
export type ZeroRule = "none" | "la-partage" | "surrender";

export interface FeltSpot {
  readonly kind: string;
  readonly covers: readonly string[];
  readonly pays: number;
  /** The places on the wheel of what it covers. */
  readonly places: readonly number[];
  /** The places of the zeros at which half of it may come back. */
  readonly zeros: readonly number[];
}

export interface PlacedBet {
  readonly playerId: string;
  readonly spot: string;
  readonly amount: number;
}

const WHEELS: Readonly<Record<Wheel, readonly string[]>> = {
  european:
    "0 32 15 19 4 21 2 25 17 34 6 27 13 36 11 30 8 23 10 5 24 16 33 1 20 14 31 9 22 18 29 7 28 12 35 3 26".split(
      " ",
    ),
  american:
    "0 28 9 26 30 11 7 20 32 17 5 22 34 15 3 24 36 13 1 00 27 10 25 29 12 8 19 31 18 6 21 33 16 4 23 35 14 2".split(
      " ",
    ),
  "triple-zero":
    "0 000 00 32 15 19 4 21 2 25 17 34 6 27 13 36 11 30 8 23 10 5 24 16 33 1 20 14 31 9 22 18 29 7 28 12 35 3 26".split(
      " ",
    ),
};

const RED = new Set("1 3 5 7 9 12 14 16 18 19 21 23 25 27 30 32 34 36".split(" "));
const NUMBERS = Array.from({ length: 36 }, (_, index) => index + 1);
/** Zero bets whose id is their kind. */
const NAMED = new Set(["first-four", "top-line"]);
const EVEN_MONEY = new Set(["red", "black", "odd", "even", "low", "high"]);

const felts = new Map<Wheel, ReadonlyMap<string, FeltSpot>>();

/** Every spot of the wheel's felt, by its id. */
export function feltOf(wheel: Wheel): ReadonlyMap<string, FeltSpot> {
  const known = felts.get(wheel);
  if (known !== undefined) return known;
  const felt = new Map<string, FeltSpot>();
  const placesOf = (labels: readonly string[]) => labels.map((one) => WHEELS[wheel].indexOf(one));
  const zeros = placesOf(WHEELS[wheel].filter((pocket) => /^0+$/.test(pocket)));
  const inside = (kind: string, covers: readonly (string | number)[], pays: number) => {
    const labels = covers.map(String);
    const id = NAMED.has(kind) ? kind : `${kind}:${labels.join("-")}`;
    felt.set(id, {
      kind,
      covers: labels,
      pays,
      places: placesOf(labels),
      zeros: [],
    });
  };
  const outside = (kind: string, id: string, belongs: (n: number) => boolean) => {
    const isEven = kind === "even-money";
    const covers = NUMBERS.filter(belongs).map(String);
    const spot = { kind, covers, pays: isEven ? 1 : 2, places: placesOf(covers) };
    felt.set(id, { ...spot, zeros: isEven ? zeros : [] });
  };
  for (const pocket of WHEELS[wheel]) inside("straight", [pocket], 35);
  for (const n of NUMBERS) {
    const inRow = n % 3 !== 0;
    if (inRow) inside("split", [n, n + 1], 17);
    if (n <= 33) inside("split", [n, n + 3], 17);
    if (inRow && n <= 33) inside("corner", [n, n + 1, n + 3, n + 4], 8);
    if (n % 3 === 1) inside("street", [n, n + 1, n + 2], 11);
    if (n % 3 === 1 && n <= 31) {
      inside("six-line", [n, n + 1, n + 2, n + 3, n + 4, n + 5], 5);
    }
  }
  zeroArea(wheel, inside);
  for (const third of [1, 2, 3]) {
    outside("dozen", `dozen:${third}`, (n) => Math.ceil(n / 12) === third);
    outside("column", `column:${third}`, (n) => (n - 1) % 3 === third - 1);
  }
  outside("even-money", "red", (n) => RED.has(String(n)));
  outside("even-money", "black", (n) => !RED.has(String(n)));
  outside("even-money", "odd", (n) => n % 2 === 1);
  outside("even-money", "even", (n) => n % 2 === 0);
  outside("even-money", "low", (n) => n <= 18);
  outside("even-money", "high", (n) => n >= 19);
  felts.set(wheel, felt);
  return felt;
}

type Inside = (kind: string, covers: readonly (string | number)[], pays: number) => void;

function zeroArea(wheel: Wheel, inside: Inside): void {
  if (wheel === "european") {
    for (const n of [1, 2, 3]) inside("split", [0, n], 17);
    inside("trio", [0, 1, 2], 11);
    inside("trio", [0, 2, 3], 11);
    inside("first-four", [0, 1, 2, 3], 8);
  }
  if (wheel === "american") {
    const splits = [
      ["0", "00"],
      ["0", "1"],
      ["0", "2"],
      ["00", "2"],
      ["00", "3"],
    ];
    for (const split of splits) inside("split", split, 17);
    for (const trio of [
      ["0", "1", "2"],
      ["0", "00", "2"],
      ["00", "2", "3"],
    ]) {
      inside("trio", trio, 11);
    }
    inside("top-line", ["0", "00", "1", "2", "3"], 6);
  }
}

/** The kind of a spot, by which its limit goes. */
export function kindOf(spot: string): string {
  const end = spot.indexOf(":");
  return end < 0 ? spot : spot.slice(0, end);
}

export function pocketsOf(wheel: Wheel): readonly string[] {
  return WHEELS[wheel];
}

/** What comes back for one player's chips on one spot. */
export function returned(
  game: { readonly wheel: Wheel; readonly zeroRule: ZeroRule },
  { spot, amount }: Pick<PlacedBet, "spot" | "amount">,
  pocket: string,
): number {
  const felt = feltOf(game.wheel).get(spot);
  if (felt === undefined) throw new Error(`no spot ${spot}`);
  if (felt.covers.includes(pocket)) return amount * (felt.pays + 1);
  const isZero = /^0+$/.test(pocket);
  if (isZero && game.zeroRule !== "none" && EVEN_MONEY.has(spot)) return Math.ceil(amount / 2);
  return 0;
}

function sha256(text: string | Buffer): string {
  return hash("sha256", text);
}

export function digestOf(bets: readonly PlacedBet[]): string {
  const lines = bets.map(({ playerId, spot, amount }) => `${playerId}|${spot}|${amount}`);
  return sha256(bytewise(bets, lines).join("\n"));
}

export function entropyOf(seeds: readonly { playerId: string; seed: string }[]): string {
  const lines = seeds.map(({ playerId, seed }) => `${playerId}:${seed}`);
  return sha256(lines.sort().join("\n"));
}

/** Sorted by player, then spot; both are ASCII here. */
function bytewise(bets: readonly PlacedBet[], lines: readonly string[]): string[] {
  const order = bets.map((bet, index) => ({ bet, line: lines[index] ?? "" }));
  order.sort((one, other) => {
    if (one.bet.playerId !== other.bet.playerId) {
      return one.bet.playerId < other.bet.playerId ? -1 : 1;
    }
    return one.bet.spot < other.bet.spot ? -1 : 1;
  });
  return order.map(({ line }) => line);
}

export interface Drawing {
  readonly tableId: string;
  readonly round: number;
  readonly wheel: Wheel;
  readonly entropy: string;
  /** Hex. */
  readonly seed: string;
}

export function pocketOf({ tableId, round, wheel, entropy, seed }: Drawing): string {
  const pockets = WHEELS[wheel];
  const limit = Math.floor(2 ** 32 / pockets.length) * pockets.length;
  for (let counter = 0; ; counter += 1) {
    const message = `croupier/v1|${tableId}|${round}|${wheel}|${entropy}|${counter}`;
    const digest = createHmac("sha256", Buffer.from(seed, "hex")).update(message).digest();
    for (let place = 0; place < 8; place += 1) {
      const word = digest.readUInt32BE(4 * place);
      if (word < limit) return pockets[word % pockets.length] ?? "";
    }
  }
}

/** A betting window is at least this long, or as long as the table's, for whoever comes upon it. */
const LEAST_WINDOW_MS = 5_000;

/** When betting ends on a round of that opening, by a host that shows it first `now`. */
export function bettingEnd(bettingMs: number, openedAt: number, now: number): number {
  return Math.max(openedAt + bettingMs, now + Math.min(bettingMs, LEAST_WINDOW_MS));
}

/** Clocks of machines differ by at most this much. */
const MOST_AHEAD_MS = 60_000;

/** Whether a round is opened so far in the future of who takes it over `now` that it counts as of now. */
export function isTooFarAhead(openedAt: number, now: number): boolean {
  return openedAt - now > MOST_AHEAD_MS;
}
