/** The way of one round: opened, bet on, locked, drawn, settled, spun and shown. */
import { assert } from "../assert.ts";
import { BOUNDS } from "../bounds.ts";
import { addChips, NO_CHIPS } from "../chips.ts";
import { Exposure } from "../exposure.ts";
import { betsDigestOf, commitmentOf, compareBets, entropyOf, outcomeOf } from "../fairness.ts";
import { returnOf, settleBets } from "../payouts.ts";
import type { Bet, ClientSeed, TableConfig } from "../types.ts";
import type { SettledBet, TableEffect } from "./effects.ts";
import type { TableInput, Win } from "./inputs.ts";
import type { PlayerAtTable, TableState } from "./state.ts";

type Taking<Type extends TableInput["type"]> = Extract<TableInput, { type: Type }>;

/** Time passed: takes every turn that is due. */
export function takeTick(state: TableState, now: number, effects: TableEffect[]): void {
  switch (state.stage) {
    case "idle":
      beginOpening(state, effects);
      break;
    case "betting":
      if (now >= state.phaseEndsAt) beginClosing(state, now, effects);
      break;
    case "draining":
      lockWhenDrained(state, now, effects);
      break;
    case "settled":
      if (now >= state.phaseEndsAt) spin(state, now, effects);
      break;
    case "spinning":
      if (now >= state.phaseEndsAt) show(state, now, effects);
      break;
    case "result":
      if (now >= state.phaseEndsAt) beginOpening(state, effects);
      break;
    case "opening":
    case "locking":
    case "settling":
      break;
  }
}

/** Freezes the client seeds and asks for the next round. */
function beginOpening(state: TableState, effects: TableEffect[]): void {
  state.stage = "opening";
  const clientSeeds: ClientSeed[] = [];
  for (const player of state.players.values()) {
    if (player.clientSeed !== null) {
      clientSeeds.push({ playerId: player.playerId, seed: player.clientSeed });
    }
  }
  clientSeeds.sort((left, right) => (left.playerId < right.playerId ? -1 : 1));
  state.clientSeeds = clientSeeds;
  effects.push({
    type: "open",
    round: state.round + 1,
    entropy: entropyOf(clientSeeds),
    clientSeeds,
  });
}

/** However late a betting window is told of, or taken over, it stays open at least this long. */
const LEAST_WINDOW_MS = 5_000;

/**
 * When betting ends on a round that was opened at `openedAt` and is told of, or taken over, `now`. What
 * was announced once is never shortened by a takeover: both count from the same opening.
 */
export function bettingEndOf(
  { bettingMs }: TableConfig,
  { openedAt, now }: { readonly openedAt: number; readonly now: number },
): number {
  return Math.max(openedAt + bettingMs, now + Math.min(LEAST_WINDOW_MS, bettingMs));
}

/** The next round is durable: clears the felt and opens betting. */
export function takeOpened(
  state: TableState,
  input: Taking<"opened">,
  effects: TableEffect[],
): void {
  assert(state.stage === "opening", `opened while ${state.stage}`);
  state.round += 1;
  state.stage = "betting";
  state.phaseEndsAt = bettingEndOf(state.config, input);
  state.commitment = input.commitment;
  state.entropy = entropyOf(state.clientSeeds);
  state.betsDigest = "";
  state.seed = "";
  state.pocket = "";
  state.totalStake = NO_CHIPS;
  state.exposure = new Exposure(state.layout, state.config.zeroRule);
  state.drawn = null;
  state.tallies.clear();
  for (const player of state.players.values()) clearForRound(state, player);
  effects.push({ type: "turn" });
}

function clearForRound(state: TableState, player: PlayerAtTable): void {
  assert(player.inFlight === null && player.waiting.length === 0, "an operation across rounds");
  if (!player.seated) {
    state.players.delete(player.playerId);
    return;
  }
  if (player.chips.size > 0) player.lastChips = [...player.chips];
  player.chips.clear();
  player.stake = NO_CHIPS;
  player.batches.length = 0;
  player.answered.clear();
}

function beginClosing(state: TableState, now: number, effects: TableEffect[]): void {
  state.stage = "draining";
  state.bettingEndedAt = state.phaseEndsAt;
  state.phaseEndsAt = now + state.config.closingMs;
  effects.push({ type: "turn" });
  lockWhenDrained(state, now, effects);
}

/** Locks the bets once no operation is in flight; nothing may be posted to the round after. */
export function lockWhenDrained(state: TableState, now: number, effects: TableEffect[]): void {
  if (state.stage !== "draining" || state.inFlight > 0) return;
  state.stage = "locking";
  const betsDigest = betsDigestOf(betsOf(state));
  state.lockingDigest = betsDigest;
  effects.push({ type: "lock", round: state.round, betsDigest, now });
}

/** All posted bets of the running round, in the order of its record. */
export function betsOf(state: TableState): Bet[] {
  const bets: Bet[] = [];
  for (const { playerId, chips } of state.players.values()) {
    for (const [spot, amount] of chips) bets.push({ playerId, spot, amount });
  }
  return bets.sort(compareBets);
}

/** The bets are locked and the seed is known: draws, and asks for the settlement. */
export function takeLocked(
  state: TableState,
  input: Taking<"locked">,
  effects: TableEffect[],
): void {
  assert(state.stage === "locking", `locked while ${state.stage}`);
  const { config, round, entropy } = state;
  const { seed } = input;
  assert(commitmentOf(seed) === state.commitment, `the seed of round ${round} is not its own`);
  const { wheel, zeroRule, tableId } = config;
  const pocket = outcomeOf({ tableId, round, wheel, entropy, seed });
  const outcome = { wheel, zeroRule, pocket };
  const bets = betsOf(state).map((bet): SettledBet => {
    const spot = state.layout.find(bet.spot);
    assert(spot !== undefined, `chips on an unknown spot ${bet.spot}`);
    return { ...bet, returned: returnOf(spot, bet.amount, outcome) };
  });
  state.stage = "settling";
  state.betsDigest = state.lockingDigest;
  state.drawn = { seed, pocket, bets, balances: new Map() };
  // The digest is public from here on, before the seed is.
  effects.push({ type: "turn" });
  const payouts = settleBets(bets, outcome);
  effects.push({ type: "settle", round, seed, pocket, bets, payouts, now: input.now });
}

/** The settlement is durable; it is told when the closing time is over. */
export function takeSettled(
  state: TableState,
  input: Taking<"settled">,
  effects: TableEffect[],
): void {
  assert(state.stage === "settling" && state.drawn !== null, `settled while ${state.stage}`);
  state.drawn.balances = input.balances;
  state.stage = "settled";
  if (input.now >= state.phaseEndsAt) spin(state, input.now, effects);
}

/** Reveals seed and pocket: everyone sees the same ball. */
function spin(state: TableState, now: number, effects: TableEffect[]): void {
  assert(state.drawn !== null, "spinning without an outcome");
  state.stage = "spinning";
  state.phaseEndsAt = now + state.config.spinningMs;
  state.seed = state.drawn.seed;
  state.pocket = state.drawn.pocket;
  effects.push({ type: "turn" });
}

/** The ball rests: the result to everyone, and to each player their own. */
function show(state: TableState, now: number, effects: TableEffect[]): void {
  const { drawn } = state;
  assert(drawn !== null, "a result without an outcome");
  state.stage = "result";
  state.phaseEndsAt = now + state.config.resultMs;
  state.lastPockets.unshift(drawn.pocket);
  if (state.lastPockets.length > BOUNDS.lastPockets) state.lastPockets.pop();
  effects.push({ type: "turn" });
  for (const player of state.players.values()) {
    if (player.stake > 0) effects.push(resultOf(state, player));
  }
}

function resultOf(state: TableState, player: PlayerAtTable): TableEffect {
  const { drawn, config, round } = state;
  assert(drawn !== null, "a result without an outcome");
  const { pocket, balances } = drawn;
  const outcome = { pocket, zeroRule: config.zeroRule };
  const wins: Win[] = [];
  let returned = NO_CHIPS;
  for (const [spotId, amount] of player.chips) {
    const spot = state.layout.find(spotId);
    assert(spot !== undefined, `chips on an unknown spot ${spotId}`);
    const chips = returnOf(spot, amount, outcome);
    if (chips === 0) continue;
    wins.push([spotId, chips]);
    returned = addChips(returned, chips);
  }
  const balance = balances.get(player.playerId);
  assert(balance !== undefined, `no balance for ${player.playerId}`);
  const { playerId, stake } = player;
  return { type: "result", result: { playerId, round, pocket, stake, returned, balance, wins } };
}
