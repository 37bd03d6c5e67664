/**
 * The public record of a round, and whether unknown input has its shape.
 *
 * A record comes from a server that is not trusted, or from a file: nothing about it is taken for
 * granted. Shape means which fields there are for each status, and what form each has by itself;
 * what the fields say about each other is the business of `record.ts`.
 */
import { TOKEN_PATTERN } from "./bounds.ts";
import { isChips } from "./chips.ts";
import { FAIRNESS_VERSION, HASH_PATTERN } from "./fairness.ts";
import type { Bet, ClientSeed, Payout, Pocket, WheelName, ZeroRule } from "./types.ts";
import { WHEELS, ZERO_RULES } from "./types.ts";

interface RecordBase {
  readonly version: typeof FAIRNESS_VERSION;
  readonly tableId: string;
  readonly round: number;
  readonly wheel: WheelName;
  readonly zeroRule: ZeroRule;
  /** The seed of the round before, hex. */
  readonly commitment: string;
  /** One for each player, in any order. */
  readonly clientSeeds: readonly ClientSeed[];
  readonly entropy: string;
  /** ISO 8601 in UTC, like the other times. */
  readonly openedAt: string;
  /** From `sealRecord`; a record without one is checked as far as its fields prove each other. */
  readonly digest?: string;
}

export interface SettledRecord extends RecordBase {
  readonly status: "settled";
  readonly seed: string;
  /** One for each player and spot, in any order. */
  readonly bets: readonly Bet[];
  readonly betsDigest: string;
  readonly pocket: Pocket;
  /** One for each player with a bet, in any order. */
  readonly payouts: readonly Payout[];
  readonly lockedAt: string;
  readonly settledAt: string;
}

export interface VoidRecord extends RecordBase {
  readonly status: "void";
  /** Why, in one line for people. */
  readonly reason: string;
  readonly seed: string;
  readonly bets: readonly Bet[];
  readonly betsDigest: string;
  /** Where given: every stake goes back. */
  readonly payouts?: readonly Payout[];
  /** Missing where the round did not live to the end of its betting. */
  readonly lockedAt?: string;
  /** When it was made void. */
  readonly settledAt: string;
}

/** A round that is not finished: nothing in it can reveal the outcome. */
export interface OpenRecord extends RecordBase {
  readonly status: "open";
  readonly bets?: readonly Bet[];
  readonly betsDigest?: string;
  readonly lockedAt?: string;
}

export type RoundRecord = SettledRecord | VoidRecord | OpenRecord;

/** Something about a record's form that is wrong. */
export interface ShapeFault {
  readonly field: string;
  readonly detail: string;
}

interface Form {
  readonly expects: string;
  fits(value: unknown): boolean;
}

const ISO_PATTERN =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,9})?Z$/;
const REASON_PATTERN = /^[^\p{Cc}]{1,500}$/u;
const SPOT_PATTERN = /^[0-9a-z:-]{1,64}$/;

const isText = (value: unknown, pattern: RegExp): boolean =>
  typeof value === "string" && pattern.test(value);

const text = (pattern: RegExp, expects: string): Form => ({
  expects,
  fits: (value) => isText(value, pattern),
});

const oneOf = (words: readonly string[]): Form => ({
  expects: words.join(" or "),
  fits: (value) => typeof value === "string" && words.includes(value),
});

/** An object with exactly these fields, each of its form. */
const entry = (forms: Readonly<Record<string, Form>>): Form => ({
  expects: `{ ${Object.keys(forms).join(", ")} }`,
  fits: (value) =>
    isObject(value) &&
    Object.keys(value).length === Object.keys(forms).length &&
    Object.entries(forms).every(
      ([name, form]) => Object.hasOwn(value, name) && form.fits(value[name]),
    ),
});

const listOf = (form: Form): Form => ({
  expects: `a list of ${form.expects}`,
  // Spread, because `every` passes over the holes of a sparse array.
  fits: (value) => Array.isArray(value) && [...value].every((item) => form.fits(item)),
});

const HASH = text(HASH_PATTERN, "64 characters of lower-case hex");
const TIME = text(ISO_PATTERN, "a time as ISO 8601 in UTC");
const PUBLIC_ID = text(TOKEN_PATTERN, "1 to 64 characters of [0-9A-Za-z_-]");
const COUNT: Form = {
  expects: "a whole number above zero",
  fits: (value) => isChips(value) && value > 0,
};
const CHIPS: Form = { expects: "a whole number of chips", fits: isChips };

/** Every field that a record may have. */
const FORMS: Readonly<Record<string, Form>> = {
  version: oneOf([FAIRNESS_VERSION]),
  tableId: PUBLIC_ID,
  round: COUNT,
  wheel: oneOf(WHEELS),
  zeroRule: oneOf(ZERO_RULES),
  status: oneOf(["settled", "void", "open"]),
  reason: text(REASON_PATTERN, "one line of text"),
  commitment: HASH,
  seed: HASH,
  clientSeeds: listOf(entry({ playerId: PUBLIC_ID, seed: PUBLIC_ID })),
  entropy: HASH,
  bets: listOf(
    entry({ playerId: PUBLIC_ID, spot: text(SPOT_PATTERN, "a spot's id"), amount: COUNT }),
  ),
  betsDigest: HASH,
  pocket: text(/^\d{1,3}$/, "a pocket's label"),
  payouts: listOf(entry({ playerId: PUBLIC_ID, stake: COUNT, returned: CHIPS })),
  openedAt: TIME,
  lockedAt: TIME,
  settledAt: TIME,
  digest: HASH,
};

const ALWAYS =
  "version tableId round wheel zeroRule status commitment clientSeeds entropy openedAt".split(" ");

interface Presence {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const PRESENCE: ReadonlyMap<unknown, Presence> = new Map([
  [
    "settled",
    {
      required: [...ALWAYS, ..."seed bets betsDigest pocket payouts lockedAt settledAt".split(" ")],
      optional: ["digest"],
    },
  ],
  [
    "void",
    {
      required: [...ALWAYS, ..."reason seed bets betsDigest settledAt".split(" ")],
      optional: ["payouts", "lockedAt", "digest"],
    },
  ],
  ["open", { required: ALWAYS, optional: ["bets", "betsDigest", "lockedAt", "digest"] }],
]);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Everything that is wrong with the form of `record`; an empty list for a {@link RoundRecord}. */
export function shapeFaults(record: unknown): readonly ShapeFault[] {
  if (!isObject(record)) return [{ field: "record", detail: "not an object" }];
  const presence = PRESENCE.get(record["status"]);
  if (presence === undefined) {
    return [{ field: "status", detail: `must be ${FORMS["status"]?.expects}` }];
  }
  const { required, optional } = presence;
  const missing = required
    .filter((name) => !Object.hasOwn(record, name))
    .map((field) => ({ field, detail: "missing" }));
  const present = Object.entries(record).flatMap(([field, value]): ShapeFault[] => {
    const form = FORMS[field];
    if (form === undefined || !(required.includes(field) || optional.includes(field))) {
      return [{ field, detail: `no such field in a record that is ${String(record["status"])}` }];
    }
    return form.fits(value) ? [] : [{ field, detail: `must be ${form.expects}` }];
  });
  return [...missing, ...present];
}

/** True where `record` has the form of a round record. */
export function isRecordShaped(record: unknown): record is RoundRecord {
  return shapeFaults(record).length === 0;
}
