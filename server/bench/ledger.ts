/**
 * Chips in Postgres, the way of this project beside three others, on the same database in one run:
 * bare inserts of its rows (what the books cost), one statement a bet, and row by row (what they gain).
 *
 * A bet is chips on one spot. Players lay several at once, and the ledger keeps those together: so it
 * is measured with batches as announced bets are, and with single bets, where it gains least.
 */
import type { Bank } from "./bank.ts";
import { openBank, openBenchDatabase } from "./bank.ts";
import type { Benchmark, Figure } from "./figures.ts";
import { bareInserts } from "./ledger/bare.ts";
import { rowByRow, statementForEachBet } from "./ledger/plain.ts";
import { postRound } from "./ledger/posted.ts";
import type { DrawnRound, PlannedRound, Way } from "./ledger/round.ts";
import { planRound } from "./ledger/round.ts";
import { median, timed } from "./measure.ts";

const PLAYERS = 1_000;
/** Operations of each player in a round; the first of all players go together, then the next. */
const BATCHES = 2;
const ROUNDS = 14;
/** Of the first rounds the database's caches and plans are still cold. */
const COLD_ROUNDS = 2;
/** The slow ways play only so many of the rounds. */
const PLAIN_ROUNDS = { statement: 3, row: 1 };

/** Milliseconds of a round's two ends, and bets in it. */
interface Played {
  readonly reserveMs: number;
  readonly settleMs: number;
  readonly bets: number;
}

type AllPlayed = Readonly<Record<"ours" | "bare" | "statement" | "row", readonly Played[]>>;

/** Four bets an operation: on a database of its own, which is gone afterwards. */
export async function benchLedger(): Promise<Benchmark> {
  const { figures, ratios } = await measure(4);
  const bars = [
    { ...ratios.bare, atLeast: 0.5 },
    { ...ratios.statement, atLeast: 8 },
    { ...ratios.row, atLeast: 40 },
  ];
  return { title: titleOf("four bets"), figures, bars };
}

/**
 * One bet an operation. What it gains is told without a bar: an operation then costs as much as its bet,
 * and bare inserts of both gain less than eight times themselves.
 */
export async function benchSingleBets(): Promise<Benchmark> {
  const { figures, ratios } = await measure(1);
  const bars = [{ ...ratios.bare, atLeast: 0.5 }];
  return {
    title: titleOf("one bet"),
    figures: [...figures, ratios.statement, ratios.row],
    bars,
  };
}

const titleOf = (bets: string): string =>
  `The ledger: ${PLAYERS} players, ${BATCHES} operations of ${bets} each, in a Postgres that waits for its disk`;

interface Measured {
  readonly figures: readonly Figure[];
  readonly ratios: Readonly<Record<"bare" | "statement" | "row", Figure>>;
}

async function measure(spotsPerAsk: number): Promise<Measured> {
  const database = await openBenchDatabase();
  try {
    const bank = await openBank({ url: database.url, tableId: "bench", players: PLAYERS });
    try {
      return measuredOf(await playAll(bank, spotsPerAsk));
    } finally {
      await bank.close();
    }
  } finally {
    await database.close();
  }
}

async function playAll(bank: Bank, spotsPerAsk: number): Promise<AllPlayed> {
  const { pool, players, table } = bank;
  const bare = await bareInserts(pool, players);
  const statement = await statementForEachBet(pool, players);
  const row = await rowByRow(pool, players);
  const played = {
    ours: [] as Played[],
    bare: [] as Played[],
    statement: [] as Played[],
    row: [] as Played[],
  };
  const plan = { wheel: table.wheel, players, batches: BATCHES, spotsPerAsk };
  for (let number = 1; number <= ROUNDS; number += 1) {
    const planned = planRound(number, plan);
    const { drawn, reserveMs, settleMs } = await postRound(bank, planned);
    const beside = await play(bare, planned, drawn);
    const warm = number - COLD_ROUNDS;
    if (warm < 1) continue;
    played.ours.push({ reserveMs, settleMs, bets: drawn.bets.length });
    played.bare.push(beside);
    if (warm <= PLAIN_ROUNDS.statement) {
      played.statement.push(await play(statement, planned, drawn));
    }
    if (warm <= PLAIN_ROUNDS.row) played.row.push(await play(row, planned, drawn));
  }
  return played;
}

async function play(way: Way, planned: PlannedRound, drawn: DrawnRound): Promise<Played> {
  const reserveMs = await timed(() => way.reserve(planned));
  const settleMs = await timed(() => way.settle(planned, drawn));
  return { reserveMs, settleMs, bets: drawn.bets.length };
}

type Rates = Readonly<Record<"reserved" | "settled" | "both", number>>;

/** Bets a second. */
function ratesOf(rounds: readonly Played[]): Rates {
  const rate = (elapsedMs: (round: Played) => number): number =>
    median(rounds.map((round) => (1_000 * round.bets) / elapsedMs(round)));
  return {
    reserved: rate(({ reserveMs }) => reserveMs),
    settled: rate(({ settleMs }) => settleMs),
    both: rate(({ reserveMs, settleMs }) => reserveMs + settleMs),
  };
}

function measuredOf(played: AllPlayed): Measured {
  const ours = ratesOf(played.ours);
  const told = (name: string, rates: Rates) =>
    (["reserved", "settled", "both"] as const).map((what) => ({
      name: `${what}, ${name}`,
      value: rates[what],
      unit: "bets/s",
    }));
  const ratio = (name: string, { both }: Rates) => ({
    name: `reserved and settled, to ${name}`,
    value: ours.both / both,
    unit: "times",
  });
  const others = {
    bare: ["bare inserts", ratesOf(played.bare)],
    statement: ["a statement a bet", ratesOf(played.statement)],
    row: ["row by row", ratesOf(played.row)],
  } as const;
  return {
    figures: [
      ...told("through the ledger", ours),
      ...Object.values(others).flatMap(([name, rates]) => told(name, rates)),
    ],
    ratios: {
      bare: ratio(...others.bare),
      statement: ratio(...others.statement),
      row: ratio(...others.row),
    },
  };
}
