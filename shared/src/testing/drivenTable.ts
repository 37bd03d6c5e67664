/**
 * A table driven by hand: its clock stands still until told, its store answers when told, and its
 * seeds are a short real chain.
 */
import type { Chips } from "../core/chips.ts";
import { asChips } from "../core/chips.ts";
import type { Posting, TableEffect } from "../core/table/effects.ts";
import type { OperationKind, PostOutcome, TableInput } from "../core/table/inputs.ts";
import type { Stage, TableState } from "../core/table/state.ts";
import { createTable, nextTickAt } from "../core/table/state.ts";
import { step } from "../core/table/step.ts";
import type { Limits, SpotKind, TableConfig } from "../core/types.ts";
import { SPOT_KINDS } from "../core/types.ts";
import { seedChain } from "./records.ts";

/** Limits with the same most for every kind of spot. */
export function limitsOf(options: {
  readonly min?: number;
  readonly spotMax?: number;
  readonly playerMax?: number;
  readonly houseMax?: number;
}): Limits {
  const spotMax = asChips(options.spotMax ?? 10_000);
  return {
    min: asChips(options.min ?? 1),
    max: Object.fromEntries(SPOT_KINDS.map((kind) => [kind, spotMax])) as Record<SpotKind, Chips>,
    playerMax: asChips(options.playerMax ?? 100_000),
    houseMax: asChips(options.houseMax ?? 10_000_000),
  };
}

/** A European table with short, round timings. */
export function tableConfig(overrides: Partial<TableConfig> = {}): TableConfig {
  return {
    tableId: "t1",
    name: "Test table",
    wheel: "european",
    zeroRule: "none",
    bettingMs: 10_000,
    closingMs: 1_000,
    spinningMs: 5_000,
    resultMs: 3_000,
    maxPlayers: 100,
    limits: limitsOf({}),
    ...overrides,
  };
}

export class DrivenTable {
  readonly state: TableState;
  readonly seeds = seedChain("07".repeat(32), 50);
  /** Every effect so far. */
  readonly effects: TableEffect[] = [];
  /** Postings that the store has not answered yet. */
  readonly posted: Posting[] = [];
  /** What each player has; the store's truth. */
  readonly balances = new Map<string, Chips>();
  now = 1_000_000;
  #request = 0;

  constructor(config: TableConfig = tableConfig(), state?: TableState) {
    this.state = state ?? createTable(config, { lastRound: 0, lastPockets: [] });
  }

  /** One input; answers its effects. */
  put(input: TableInput): readonly TableEffect[] {
    const { effects } = step(this.state, input);
    this.effects.push(...effects);
    for (const effect of effects) if (effect.type === "post") this.posted.push(effect.posting);
    return effects;
  }

  /** A player with chips sits down. */
  sit(playerId: string, chips = 1_000): void {
    this.balances.set(playerId, asChips(chips));
    this.put({ type: "sat", now: this.now, playerId, lastChips: [] });
  }

  /** Asks for an operation; answers its effects. The store has not answered yet. */
  ask(
    playerId: string,
    kind: OperationKind,
    { op = `op${this.#request + 1}`, chips = [] as readonly (readonly [string, number])[] } = {},
  ): readonly TableEffect[] {
    this.#request += 1;
    const { now } = this;
    return this.put({ type: "operation", now, request: this.#request, playerId, op, kind, chips });
  }

  /** The store answers the oldest posting, as a real one would or as told. */
  answer(told?: PostOutcome): readonly TableEffect[] {
    const posting = this.posted.shift();
    if (posting === undefined) throw new Error("nothing was posted");
    const { playerId, op } = posting;
    const outcome = told ?? this.#post(posting);
    return this.put({ type: "posted", now: this.now, playerId, op, outcome });
  }

  /** Asks, and lets the store answer everything. */
  operate(...[playerId, kind, options]: Parameters<DrivenTable["ask"]>): readonly TableEffect[] {
    const effects = [...this.ask(playerId, kind, options)];
    while (this.posted.length > 0) effects.push(...this.answer());
    return effects;
  }

  /** Lets time and the store run until the table is in `stage`. */
  until(stage: Stage): void {
    let steps = 0;
    while (this.state.stage !== stage) {
      steps += 1;
      if (steps > 50) throw new Error(`the table stays ${this.state.stage}, never ${stage}`);
      this.#go();
    }
  }

  #go(): void {
    const { now, state } = this;
    switch (state.stage) {
      case "opening":
        this.put({ type: "opened", now, openedAt: now, commitment: this.#seed(state.round) });
        return;
      case "locking":
        this.put({ type: "locked", now, seed: this.#seed(state.round) });
        return;
      case "settling":
        this.put({ type: "settled", now, balances: this.#settle() });
        return;
      default: {
        this.now = Math.max(now, nextTickAt(state) ?? now);
        this.put({ type: "tick", now: this.now });
        if (state.stage === "draining") this.answer();
      }
    }
  }

  #post({ playerId, stakeChange }: Posting): PostOutcome {
    const balance = this.balances.get(playerId) ?? asChips(0);
    if (stakeChange > balance) return { status: "insufficient", balance };
    const after = asChips(balance - stakeChange);
    this.balances.set(playerId, after);
    return { status: "posted", balance: after };
  }

  #settle(): ReadonlyMap<string, Chips> {
    const settle = this.effects.findLast((effect) => effect.type === "settle");
    const balances = new Map<string, Chips>();
    for (const { playerId, returned } of settle?.payouts ?? []) {
      const balance = asChips((this.balances.get(playerId) ?? 0) + returned);
      this.balances.set(playerId, balance);
      balances.set(playerId, balance);
    }
    return balances;
  }

  #seed(round: number): string {
    return this.seeds[round] ?? "";
  }
}
