/**
 * The rules alone, on one core and without IO: how many bets a second the table's step takes, with a
 * thousand players and the ledger answering at once, beside the same bets in a plain counter.
 */
import type { Chips } from "@croupier/shared/core/chips";
import { asChips } from "@croupier/shared/core/chips";
import { commitmentOf } from "@croupier/shared/core/fairness";
import type { TableEffect } from "@croupier/shared/core/table/effects";
import type { TableInput } from "@croupier/shared/core/table/inputs";
import type { TableState } from "@croupier/shared/core/table/state";
import { createTable } from "@croupier/shared/core/table/state";
import { step } from "@croupier/shared/core/table/step";
import type { SpotKind, TableConfig } from "@croupier/shared/core/types";
import { SPOT_KINDS } from "@croupier/shared/core/types";
import type { Benchmark } from "./figures.ts";

const PLAYERS = 1_000;
/** Each player's bets in one round. */
const BETS = 200;
const ROUNDS = 3;
const SEED = "5f".repeat(32);
const PLENTY = asChips(1_000_000_000);

const CONFIG: TableConfig = {
  tableId: "bench",
  name: "Bench",
  wheel: "european",
  zeroRule: "la-partage",
  bettingMs: 1000,
  closingMs: 1000,
  spinningMs: 1000,
  resultMs: 1000,
  maxPlayers: PLAYERS,
  limits: {
    min: asChips(1),
    max: Object.fromEntries(SPOT_KINDS.map((kind) => [kind, PLENTY])) as Record<SpotKind, Chips>,
    playerMax: PLENTY,
    houseMax: PLENTY,
  },
};

interface BenchBet {
  readonly playerId: string;
  readonly op: string;
  readonly chips: readonly [readonly [string, number]];
}

/** Measures, in this thread. */
export function benchStep(): Benchmark {
  const table = createTable(CONFIG, { lastRound: 0, lastPockets: [] });
  const bets = madeBets(table);
  for (const playerId of playerIds()) {
    step(table, { type: "sat", now: 0, playerId, lastChips: [] });
  }
  let stepMs = Number.POSITIVE_INFINITY;
  let endMs = Number.POSITIVE_INFINITY;
  let plainMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    openRound(table);
    stepMs = Math.min(
      stepMs,
      timed(() => placeAll(table, bets)),
    );
    endMs = Math.min(
      endMs,
      timed(() => endRound(table)),
    );
    plainMs = Math.min(
      plainMs,
      timed(() => countAll(bets)),
    );
  }
  const perSecond = (1000 * bets.length) / stepMs;
  const plainPerSecond = (1000 * bets.length) / plainMs;
  return {
    title: `The table's step: ${PLAYERS} players, ${bets.length} bets a round, best of ${ROUNDS}`,
    figures: [
      { name: "the same bets in a plain counter", value: plainPerSecond, unit: "bets/s" },
      { name: "a bet by the rules costs", value: plainPerSecond / perSecond, unit: "plain counts" },
      { name: "from the close to the result", value: endMs, unit: "ms" },
    ],
    bars: [{ name: "bets by the rules", value: perSecond, unit: "bets/s", atLeast: 200_000 }],
  };
}

const playerIds = (): string[] => Array.from({ length: PLAYERS }, (_, index) => `player${index}`);

/** Bets on every spot, as they come over the wire, spread over all players. */
function madeBets({ layout }: TableState): BenchBet[] {
  const ids = playerIds();
  return Array.from({ length: PLAYERS * BETS }, (_, index) => {
    const spot = layout.spots[(index * 7) % layout.spots.length]?.id ?? "red";
    const playerId = ids[index % PLAYERS] ?? "";
    return { playerId, op: `op${Math.floor(index / PLAYERS)}`, chips: [[spot, 1 + (index % 5)]] };
  });
}

function openRound(table: TableState): void {
  const now = table.phaseEndsAt;
  put(table, { type: "tick", now }, "open");
  put(table, { type: "opened", now, openedAt: now, commitment: commitmentOf(SEED) }, "turn");
}

/** Every bet: asked, posted, answered. */
function placeAll(table: TableState, bets: readonly BenchBet[]): void {
  const now = table.phaseEndsAt - 1;
  let request = 0;
  for (const { playerId, op, chips } of bets) {
    request += 1;
    const asked = { type: "operation", now, request, playerId, op, kind: "bet", chips } as const;
    put(table, asked, "post");
    const outcome = { status: "posted", balance: PLENTY } as const;
    put(table, { type: "posted", now, playerId, op, outcome }, "answer");
  }
}

function endRound(table: TableState): void {
  put(table, { type: "tick", now: table.phaseEndsAt }, "lock");
  const now = table.phaseEndsAt;
  put(table, { type: "locked", now, seed: SEED }, "settle");
  const balances = new Map(playerIds().map((playerId) => [playerId, PLENTY]));
  put(table, { type: "settled", now, balances });
  while (table.stage !== "result") put(table, { type: "tick", now: table.phaseEndsAt });
}

/** One step; `wished` must be among its effects, so that nothing is measured that was refused. */
function put(table: TableState, input: TableInput, wished?: TableEffect["type"]): void {
  const { effects } = step(table, input);
  if (wished !== undefined && !effects.some(({ type }) => type === wished)) {
    throw new Error(`${input.type} in ${table.stage} gave no ${wished}`);
  }
}

function countAll(bets: readonly BenchBet[]): void {
  const counter = new Map<string, number>();
  for (const { chips } of bets) {
    for (const [spot, amount] of chips) counter.set(spot, (counter.get(spot) ?? 0) + amount);
  }
  if (counter.size === 0) throw new Error("nothing was counted");
}

function timed(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
