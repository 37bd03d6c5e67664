import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { UNKNOWN_CLOSING_MS } from "../tables/spun.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { tableConfig } from "../testing/rounds.ts";
import { winBooks } from "./winBooks.ts";

/** Of each table. */
const ROUNDS = 600;
const TABLES = ["one", "two"].map(tableConfig);

let rig: BankRig;
let start: number;

/** Table one settles its round `n` at second 2n, table two at 2n + 1; every third round has two big wins. */
const ROUNDS_WERE = `
  INSERT INTO rounds (table_id, round, status, wheel, zero_rule, commitment, entropy, client_seeds,
    bets_digest, pocket, seed, opened_at, locked_at, settled_at, epoch)
  SELECT table_id, round, 'settled', 'european', 'none', sha256(''), '', '[]', '', '7', sha256(''), at, at, at, 1
  FROM (VALUES ('one', 0), ('two', 1)) AS tables (table_id, late), generate_series(1, $2::integer) AS round,
    LATERAL (SELECT $1::timestamptz + (2 * round + late) * interval '1 second' AS at) AS times`;
const BETS_WERE = `
  INSERT INTO bets (table_id, round, player_id, spot, amount, returned)
  SELECT table_id, round, player_id, 'red', 1000,
    CASE WHEN round % 3 > 0 THEN 1999 WHEN name = 'Ada' THEN 3000 ELSE 2000 END
  FROM rounds, players`;

/** Writes books of many rounds that nobody played, past the triggers that refuse such. */
async function write(text: string, values: readonly unknown[] = []): Promise<void> {
  const client = await rig.database.pool.connect();
  try {
    await client.query("SET session_replication_role = replica");
    await client.query(text, [...values]);
  } finally {
    client.release(true);
  }
}

beforeAll(async () => {
  rig = await createBankRig();
  start = rig.clock.now();
  for (const name of ["Ada", "Bob"]) await rig.players.registerGuest({ name });
  await write(ROUNDS_WERE, [new Date(start), ROUNDS]);
  await write(BETS_WERE);
});
afterAll(() => rig.database.close());

/** Books that are read so long after the start, and how many rounds each statement over bets was of. */
function booksAt(seconds: number, tables = TABLES) {
  const query = vi.spyOn(rig.database.serverPool, "query");
  query.mockClear();
  const books = winBooks({
    pool: rig.database.serverPool,
    tables,
    now: () => start + seconds * 1_000,
  });
  const slices = () => {
    const values = query.mock.calls.map((call) => call[1] as unknown as readonly unknown[][]);
    return values.slice(1).map(([tableIds]) => tableIds?.length);
  };
  return { books, slices };
}

const name = (wins: Awaited<ReturnType<ReturnType<typeof winBooks>>>) =>
  wins.map((win) => `${win.tableId} ${win.round} ${win.name} ${win.net}`);

it("name the newest wins, newest and best first, from no more rounds than it takes", async () => {
  const { books, slices } = booksAt(1_000_000);
  const wins = await books(0);
  const expected = [600, 597, 594, 591, 588].flatMap((round) =>
    ["two", "one"].flatMap((table) => [`${table} ${round} Ada 2000`, `${table} ${round} Bob 1000`]),
  );
  expect(name(wins)).toEqual(expected);
  expect(wins[0]).toMatchObject({ pocket: "7", staked: 1_000, at: start + 1_201_000 });
  expect(slices()).toEqual([20, 20]);
});

it("name none whose ball is not spun, nor one of before", async () => {
  const { books } = booksAt(1_201.099);
  const wins = name(await books(start + 1_194_000));
  expect(wins).toEqual([
    "one 600 Ada 2000",
    "one 600 Bob 1000",
    "two 597 Ada 2000",
    "two 597 Bob 1000",
  ]);
});

it("name none of a table that is not known while its ball may not be spun", async () => {
  const [one] = TABLES;
  if (one === undefined) throw new Error("there is no table one");
  const last = 1_201;
  const early = booksAt(last + UNKNOWN_CLOSING_MS / 1_000 - 0.001, [one]);
  const [newest] = name(await early.books(start + (last - 1) * 1_000));
  expect(newest).toBeUndefined();
  const late = booksAt(last + UNKNOWN_CLOSING_MS / 1_000, [one]);
  expect(name(await late.books(start + (last - 1) * 1_000))[0]).toBe("two 600 Ada 2000");
});

it("give up after a thousand rounds, a few at a time", async () => {
  await write("UPDATE bets SET returned = 0 WHERE round > 100");
  const { books, slices } = booksAt(1_000_000);
  // The newest thousand are those behind the hundredth of each table.
  expect(await books(0)).toEqual([]);
  expect(slices()).toEqual(Array.from({ length: 50 }, () => 20));
});
