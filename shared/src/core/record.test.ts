import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arbitraryFinishedRecord,
  buildOpenRecord,
  buildRecord,
  buildVoidRecord,
} from "../testing/records.ts";
import { VECTORS } from "../testing/vectors.ts";
import { asChips } from "./chips.ts";
import { betsDigestOf } from "./fairness.ts";
import { MOST_STAKE, settleBets } from "./payouts.ts";
import type { RecordCheck, RoundRecord } from "./record.ts";
import { checkRecord, isGenuine } from "./record.ts";
import { sealRecord } from "./recordDigest.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Path = readonly (string | number)[];

const copyOf = (record: unknown): Json => JSON.parse(JSON.stringify(record));

/** The fields that the failed checks are about. */
function blamed(checks: readonly RecordCheck[]): string[] {
  return checks.filter((check) => !check.ok).flatMap((check) => check.field.split(", "));
}

/** The way to every value in `value` that holds no others. */
function leavesOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}

function leafAt(value: Json, path: Path): Json {
  return path.reduce((inner, name) => (inner as never)[name], value);
}

/** A copy of `value` with another value at `path`. */
function withLeaf(value: Json, path: Path, leaf: unknown): Json {
  const copy = copyOf(value);
  const holder = leafAt(copy, path.slice(0, -1)) as Record<string, unknown>;
  holder[path.at(-1) ?? ""] = leaf;
  return copy;
}

/** Every value that differs from `leaf` by one bit of one character, or by one. */
function neighboursOf(leaf: Json): Json[] {
  if (typeof leaf === "number") return [leaf + 1, leaf - 1];
  const text = String(leaf);
  return [...text].flatMap((character, place) =>
    [1, 2, 4, 8, 16, 32, 64].map(
      (bit) =>
        text.slice(0, place) +
        String.fromCharCode(character.charCodeAt(0) ^ bit) +
        text.slice(place + 1),
    ),
  );
}

const FINISHED: readonly [string, RoundRecord][] = [
  ["settled", buildRecord()],
  ["void", buildVoidRecord()],
];

describe("a genuine record", () => {
  it.each(VECTORS.outcomes.map((vector, index) => ({ index, vector })))(
    "made from worked case $index passes, with its digest and without",
    ({ index, vector }) => {
      const felt = VECTORS.payouts.filter(({ wheel }) => wheel === vector.wheel);
      const { bets, zeroRule } = felt[index % felt.length]!;
      const { lastSeed: _, anchor: __, chainLength: ___, ...claims } = vector;
      const record: RoundRecord = {
        version: "croupier/v1",
        status: "settled",
        zeroRule,
        ...claims,
        bets,
        betsDigest: betsDigestOf(bets),
        payouts: settleBets(bets, { ...vector, zeroRule }),
        openedAt: "2026-05-06T07:08:09Z",
        lockedAt: "2026-05-06T07:08:29.5Z",
        settledAt: "2026-05-06T07:08:29.5Z",
      };
      expect(blamed(checkRecord(record))).toEqual([]);
      expect(isGenuine(checkRecord(sealRecord(record)))).toBe(true);
    },
  );

  it("passes whatever was bet, and after a journey as JSON", () => {
    fc.assert(
      fc.property(arbitraryFinishedRecord, (record) => {
        expect(blamed(checkRecord(record))).toEqual([]);
        expect(checkRecord(copyOf(record))).toEqual(checkRecord(record));
      }),
    );
  });

  it("gets one line for each thing that was checked", () => {
    const names = (record: RoundRecord) => checkRecord(record).map(({ check }) => check);
    const before = ["form", "zero rule", "client seeds", "entropy", "bets", "bets digest"];
    expect(names(buildRecord())).toEqual([
      ...before,
      ...["commitment", "outcome", "payouts", "times", "digest"],
    ]);
    expect(names(buildVoidRecord())).toEqual([
      ...before,
      ...["commitment", "payouts", "times", "digest"],
    ]);
  });

  it("may have its lists in any order", () => {
    const { clientSeeds, bets, payouts, ...record } = buildRecord();
    const turned = {
      ...record,
      clientSeeds: clientSeeds.toReversed(),
      bets: bets.toReversed(),
      payouts: payouts.toReversed(),
    };
    expect(clientSeeds.length > 1 && bets.length > 1 && payouts.length > 1).toBe(true);
    expect(blamed(checkRecord(turned))).toEqual([]);
  });

  it("may have neither bets nor client seeds", () => {
    const record = buildRecord({ bets: [], clientSeeds: [] });
    expect(record.payouts).toEqual([]);
    expect(isGenuine(checkRecord(record))).toBe(true);
  });
});

describe.each(FINISHED)("a %s record that was changed", (_, record) => {
  const original = copyOf(record);

  it.each(leavesOf(original).map((path) => ({ name: path.join("."), path })))(
    "by one bit or by one at $name fails and names the field",
    ({ path }) => {
      for (const leaf of neighboursOf(leafAt(original, path))) {
        const checks = checkRecord(withLeaf(original, path, leaf));
        expect(isGenuine(checks), JSON.stringify(leaf)).toBe(false);
        expect(blamed(checks), JSON.stringify(leaf)).toContain(path[0]);
      }
    },
  );

  it("in one bit of its text anywhere fails, or is no JSON any more", () => {
    const text = JSON.stringify(original);
    for (let place = 0; place < text.length; place += 1) {
      for (let bit = 1; bit < 128; bit *= 2) {
        const flipped = String.fromCharCode(text.charCodeAt(place) ^ bit);
        const changed = text.slice(0, place) + flipped + text.slice(place + 1);
        let parsed: unknown;
        try {
          parsed = JSON.parse(changed);
        } catch {
          continue;
        }
        expect(blamed(checkRecord(parsed)), changed).not.toEqual([]);
      }
    }
  });

  it.each(Object.keys(record))("by the loss of %s fails, unless that only proves more", (field) => {
    const { [field]: lost, ...rest } = original as Record<string, Json>;
    expect(lost).toBeDefined();
    const checks = checkRecord(rest);
    const optional = field === "digest" || (record.status === "void" && field === "payouts");
    expect(isGenuine(checks)).toBe(optional);
    if (!optional) expect(blamed(checks)).toContain(field);
  });

  it("by a field that no record has fails and names it", () => {
    expect(blamed(checkRecord({ ...record, colour: "red" }))).toEqual(["colour"]);
  });
});

describe("a record without a digest", () => {
  const { digest: _, ...bare } = buildRecord();

  it.each(["tableId", "round", "openedAt", "lockedAt", "settledAt", "digest"])(
    "proves all but the form of its times, its table and its round: %s",
    (field) => {
      expect(blamed(checkRecord(bare))).not.toContain(field);
      expect(blamed(checkRecord({ ...bare, [field]: "" }))).toEqual([field]);
    },
  );

  const derived = leavesOf(copyOf(bare)).filter(
    ([field]) => !["tableId", "round", "openedAt", "lockedAt", "settledAt"].includes(String(field)),
  );
  it.each(derived.map((path) => ({ name: path.join("."), path })))(
    "fails by itself when $name is changed",
    ({ path }) => {
      for (const leaf of neighboursOf(leafAt(copyOf(bare), path))) {
        const checks = checkRecord(withLeaf(copyOf(bare), path, leaf));
        expect(blamed(checks), JSON.stringify(leaf)).toContain(path[0]);
      }
    },
  );
});

/** A cheating house can seal anything: each of these has a right digest. */
describe("a house that cheats", () => {
  const honest = buildRecord();
  const [first, ...others] = honest.bets;
  const cheats: readonly (readonly [string, Partial<Record<string, unknown>>, string])[] = [
    ["draws another pocket", { pocket: honest.pocket === "17" ? "20" : "17" }, "pocket"],
    ["draws a pocket that the wheel has not", { pocket: "00" }, "pocket"],
    ["reveals another seed", { seed: "ab".repeat(32) }, "seed"],
    ["takes a client seed out", { clientSeeds: honest.clientSeeds.slice(1) }, "clientSeeds"],
    [
      "counts a client seed twice",
      { clientSeeds: honest.clientSeeds.flatMap((seed) => [seed, seed]) },
      "clientSeeds",
    ],
    ["forgets a bet", { bets: others }, "bets"],
    ["counts a bet twice", { bets: [first, ...honest.bets] }, "bets"],
    ["pays nobody", { payouts: [] }, "payouts"],
    ["pays twice", { payouts: [...honest.payouts, ...honest.payouts] }, "payouts"],
    ["forgets a player", { payouts: honest.payouts.slice(1) }, "payouts"],
    [
      "pays a friend",
      {
        payouts: [...honest.payouts, { playerId: "p9", stake: 1, returned: 36 }],
      },
      "payouts",
    ],
    ["settles before betting is over", { settledAt: "2026-01-02T03:04:24.999Z" }, "settledAt"],
    ["locks before it opens", { lockedAt: "2026-01-02T03:04:04Z" }, "lockedAt"],
    ["has a zero rule of another wheel", { zeroRule: "surrender" }, "zeroRule"],
  ];

  it.each(cheats)("and %s is found out", (_, change, field) => {
    const record = sealRecord({ ...honest, ...change } as RoundRecord);
    expect(blamed(checkRecord(record))).toContain(field);
  });

  it("and keeps stakes of a void round is found out", () => {
    const record = buildVoidRecord();
    const payouts = record.payouts?.map((payout) => ({ ...payout, returned: asChips(0) }));
    const checks = checkRecord(sealRecord({ ...record, payouts: payouts ?? [] }));
    expect(blamed(checks)).toContain("payouts");
  });

  it.each([
    ["a spot that the felt has not", [{ playerId: "p1", spot: "top-line", amount: asChips(1) }]],
    [
      "more chips than can be settled",
      [
        { playerId: "p1", spot: "red", amount: MOST_STAKE },
        { playerId: "p2", spot: "red", amount: asChips(1) },
      ],
    ],
  ])("and has bets on %s is found out", (_, bets) => {
    const betsDigest = betsDigestOf(bets);
    const checks = checkRecord(sealRecord({ ...honest, bets, betsDigest, payouts: [] }));
    expect(blamed(checks)).toEqual(expect.arrayContaining(["bets", "payouts"]));
    expect(blamed(checks)).not.toContain("betsDigest");
  });
});

describe("a round that is not finished", () => {
  it("does not pass, since nothing is revealed yet", () => {
    expect(blamed(checkRecord(buildOpenRecord()))).toEqual(["status"]);
  });

  it.each(["seed", "pocket", "payouts", "settledAt"] as const)("may not tell its %s", (field) => {
    const record = { ...buildOpenRecord(), [field]: buildRecord()[field] };
    expect(blamed(checkRecord(record))).toEqual([field]);
  });

  it("may show its bets with their digest, not a digest alone", () => {
    const { bets, betsDigest } = buildRecord();
    const { digest: _, ...open } = buildOpenRecord();
    expect(blamed(checkRecord({ ...open, bets, betsDigest }))).toEqual(["status"]);
    expect(blamed(checkRecord({ ...open, betsDigest }))).toContain("betsDigest");
    expect(blamed(checkRecord({ ...open, bets, betsDigest: open.entropy }))).toContain("bets");
  });
});

describe("junk", () => {
  it.each([undefined, null, 0, "", "{}", [], {}, [buildRecord()], () => buildRecord(), new Map()])(
    "such as %s fails without throwing",
    (value) => {
      expect(isGenuine(checkRecord(value))).toBe(false);
    },
  );

  it("of any kind fails without throwing", () => {
    fc.assert(
      fc.property(fc.anything({ withSparseArray: true, withNullPrototype: true }), (value) => {
        expect(isGenuine(checkRecord(value))).toBe(false);
      }),
    );
  });

  it("in the place of any value of a record fails without throwing", () => {
    const record = copyOf(buildRecord());
    const paths = leavesOf(record).flatMap((path) =>
      path.map((_, depth) => path.slice(0, depth + 1)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.anything({ withSparseArray: true }),
        (path, junk) => {
          fc.pre(!Object.is(junk, leafAt(record, path)));
          const checks = checkRecord(withLeaf(record, path, junk));
          expect(blamed(checks)).toContain(path[0]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is not genuine even where nothing at all was checked", () => {
    expect(isGenuine([])).toBe(false);
  });
});
