/**
 * How long a server stands still for a settlement: the longest stall of its event loop from the end
 * of betting until everyone has been told, on a whole server with every player connected; and the
 * same for a round without bets, which costs a crowd's two or three frames each.
 *
 * The bar is held to the time that passed, as players feel it. Server, database and crowd share the
 * processors, though: what the loop's thread itself worked in one go is told beside it, and the rest
 * of a stall it waited for a processor.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openBenchDatabase } from "./bank.ts";
import type { Crowd } from "./crowd/crowd.ts";
import { gatherCrowd } from "./crowd/crowd.ts";
import { assertAccepted } from "./crowd/orders.ts";
import type { Benchmark } from "./figures.ts";
import type { Stall } from "./loopProbe.ts";
import { median } from "./measure.ts";
import type { ServerProcess } from "./serverProcess.ts";
import { startServer } from "./serverProcess.ts";

const PROBE = fileURLToPath(new URL("./loopProbe.ts", import.meta.url));
const BETS = 5_000;
const ROUNDS = 5;
const TABLE = {
  id: "bench",
  // The crowd may hear of a round late on a busy machine, and has to find one long enough all the same.
  bettingMs: 8_500,
  closingMs: 1_500,
  spinningMs: 500,
  resultMs: 1_000,
  maxPlayers: 5_000,
};
const BET_OVER_MS = 5_000;
/** A turn's own work begins at its time; what is noted ends after it. */
const BEFORE_MS = 20;
/** Left of a round's betting when its bets begin. */
const LEAST_MS = BET_OVER_MS + 1_500;

/** Of one part of a round: the longest stall, and the most that was worked in one go. */
type Longest = Pick<Stall, "ms" | "workedMs">;

interface RoundStalls {
  /** From the end of betting until the spin: draw, payouts, books, and two turns shown. */
  readonly settling: Longest;
  /** The spin and the result: turns shown, and each player told. */
  readonly telling: Longest;
}

/** A thousand players and more, as a full table has. */
export const benchSettlement = (): Promise<Benchmark> => stallsWith(1_250);

/** As many players as bets: the largest table that there may be. */
export const benchWidestSettlement = (): Promise<Benchmark> => stallsWith(BETS);

async function stallsWith(players: number): Promise<Benchmark> {
  const { busy, idle } = await withHouse(players, async (server, crowd) => ({
    busy: await playRounds(server, crowd, BETS / players),
    idle: await playRounds(server, crowd, 0),
  }));
  const told = (name: string, stalls: readonly Longest[]) => [
    { name: `${name}, longest stall`, value: median(stalls.map(({ ms }) => ms)), unit: "ms" },
    { name: `${name}, worked`, value: median(stalls.map(({ workedMs }) => workedMs)), unit: "ms" },
  ];
  const settling = (rounds: readonly RoundStalls[]) => rounds.map((round) => round.settling);
  const telling = (rounds: readonly RoundStalls[]) => rounds.map((round) => round.telling);
  const rounds = busy.map(({ settling: one, telling: other }) => longest([one, other]));
  return {
    title: `A settlement of ${BETS} bets of ${players} players: the server's event loop, medians of ${ROUNDS} rounds`,
    figures: [
      ...told("settling", settling(busy)),
      ...told("settling without a bet", settling(idle)),
      ...told("telling", telling(busy)),
      ...told("telling without a bet", telling(idle)),
      {
        name: "worked in one go",
        value: median(rounds.map(({ workedMs }) => workedMs)),
        unit: "ms",
      },
    ],
    bars: [
      { name: "longest stall", value: median(rounds.map(({ ms }) => ms)), unit: "ms", atMost: 20 },
    ],
  };
}

async function withHouse<Answer>(
  players: number,
  work: (server: ServerProcess, crowd: Crowd) => Promise<Answer>,
): Promise<Answer> {
  const database = await openBenchDatabase();
  try {
    const tables = JSON.stringify([TABLE]);
    const env = { DATABASE_URL: database.url, TABLES: tables };
    const server = await startServer({ env, preload: PROBE });
    try {
      const crowd = await gatherCrowd({ url: server.url, tableIds: [TABLE.id], players });
      try {
        return await work(server, crowd);
      } finally {
        await crowd.leave();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await database.close();
  }
}

/** Rounds in which each player has chips on so many spots; the first, with cold code, is not told. */
async function playRounds(
  server: ServerProcess,
  crowd: Crowd,
  spots: number,
): Promise<readonly RoundStalls[]> {
  const rounds: RoundStalls[] = [];
  for (let number = 0; number <= ROUNDS; number += 1) {
    const { round, phaseEndsAt } = await nextBetting(crowd, 0);
    if (spots > 0) {
      assertAccepted(await crowd.loop({ type: "bet-all", spots, overMs: BET_OVER_MS }));
    }
    await notesOf(server);
    await nextBetting(crowd, round);
    const stalls = await notesOf(server);
    if (number === 0) continue;
    const spinAt = phaseEndsAt + TABLE.closingMs - BEFORE_MS;
    const after = stalls.filter(({ at }) => at >= phaseEndsAt - BEFORE_MS);
    rounds.push({
      settling: longest(after.filter(({ at }) => at < spinAt)),
      telling: longest(after.filter(({ at }) => at >= spinAt)),
    });
  }
  return rounds;
}

const nextBetting = (crowd: Crowd, after: number) =>
  crowd.awaitRound({ type: "await-betting", leastMs: LEAST_MS, after });

const longest = (stalls: readonly Longest[]): Longest => ({
  ms: Math.max(0, ...stalls.map(({ ms }) => ms)),
  workedMs: Math.max(0, ...stalls.map(({ workedMs }) => workedMs)),
});

async function notesOf({ child }: ServerProcess): Promise<readonly Stall[]> {
  const told = once(child, "message");
  child.send("notes");
  const [notes] = (await told) as [readonly Stall[]];
  return notes;
}
