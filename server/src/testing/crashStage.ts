/**
 * Where processes die one after another at one table, and what is looked at afterwards. The checks
 * derive everything anew: from the public record, from the rules, and from the players' balances.
 */
import type { Chips } from "@croupier/shared/core/chips";
import { asChips } from "@croupier/shared/core/chips";
import { settleBets } from "@croupier/shared/core/payouts";
import type { RoundRecord } from "@croupier/shared/core/record";
import { checkRecord } from "@croupier/shared/core/record";
import type { TableState } from "@croupier/shared/core/table/state";
import type { Bet, TableConfig } from "@croupier/shared/core/types";
import { expect } from "vitest";
import { createLogger } from "../platform/log.ts";
import { roundRecord } from "../rounds/queries.ts";
import { SeedVault } from "../rounds/seedVault.ts";
import type { BankRig } from "./bankRig.ts";
import { STARTING_CHIPS } from "./bankRig.ts";
import { MortalProcess } from "./mortalProcess.ts";
import { tableConfig } from "./rounds.ts";

/** The least betting window of a round that goes on. */
export const LEAST_WINDOW_MS = 5_000;
export const BETTING_MS = 20_000;

/** Of {@link CrashStage.bettingWithChips}. */
const FIRST_BET = 100;

let stages = 0;

export class CrashStage {
  readonly rig: BankRig;
  readonly config: TableConfig;
  readonly #processes: MortalProcess[] = [];
  readonly #chainLength: number;

  constructor(rig: BankRig, options: Partial<TableConfig> & { chainLength?: number } = {}) {
    stages += 1;
    const { chainLength = 5_000, ...overrides } = options;
    this.rig = rig;
    this.#chainLength = chainLength;
    this.config = { ...tableConfig(`crash-${stages}`), bettingMs: BETTING_MS, ...overrides };
  }

  /** Another process, `laterMs` after the last one's present; it has not taken the table yet. */
  process(laterMs = 0, changes: Partial<TableConfig> = {}): MortalProcess {
    const past = this.#processes.at(-1)?.clock.now() ?? this.rig.clock.now();
    const process = new MortalProcess({
      url: this.rig.database.url,
      config: { ...this.config, ...changes },
      seedKey: this.rig.seedKey,
      chainLength: this.#chainLength,
      now: past + laterMs,
    });
    this.#processes.push(process);
    return process;
  }

  /** A process that runs the table, in a round that takes bets. */
  async betting(): Promise<MortalProcess> {
    const process = await this.process().start();
    await process.until("betting");
    return process;
  }

  /** The same, with a bet of the player's on red that was answered. */
  async bettingWithChips(playerId: string): Promise<MortalProcess> {
    const process = await this.betting();
    await process.host.sit(playerId);
    expect(await process.bet(playerId, "first", [["red", FIRST_BET]])).toHaveProperty("answer");
    return process;
  }

  /** A process that has taken the table over, `laterMs` after the last one's present. */
  takeover(laterMs = 0): Promise<MortalProcess> {
    return this.process(laterMs).start();
  }

  /** A new player with {@link STARTING_CHIPS}. */
  async player(): Promise<string> {
    return (await this.rig.players.registerGuest({ name: "Ada" })).playerId;
  }

  async balance(playerId: string): Promise<number> {
    return (await this.rig.players.balance(playerId)) ?? Number.NaN;
  }

  /** The round's public record. */
  async record(round: number): Promise<RoundRecord> {
    const record = await roundRecord(this.rig.database.pool, this.config.tableId, round);
    if (record === null) throw new Error(`there is no round ${round}`);
    return record;
  }

  /** The round's seed in hex, which nobody may know before the round is locked. */
  async seedOf(round: number): Promise<string> {
    const { database, seedKey, clock } = this.rig;
    const log = createLogger("silent");
    const chain = { chainLength: this.#chainLength, seedKey };
    const vault = new SeedVault({ pool: database.pool, clock, log, ...chain });
    return (await vault.seedOf(this.config.tableId, round)).toString("hex");
  }

  /** How many rows of `name` the table has, of those that are `such`. */
  async count(
    name: "rounds" | "operations" | "transfers" | "seed_chains" | "accounts",
    such = "true",
  ): Promise<number> {
    const { rows } = await this.rig.database.pool.query<{ count: number }>(
      `SELECT count(*) FROM ${name} WHERE table_id = $1 AND ${such}`,
      [this.config.tableId],
    );
    return rows[0]?.count ?? 0;
  }

  /** As if the database's clock had gone on beyond the lease's life. */
  async expireLease(): Promise<void> {
    await this.rig.database.pool.query(
      `UPDATE leases SET expires_at = clock_timestamp() - interval '1 ms' WHERE table_id = $1`,
      [this.config.tableId],
    );
  }

  /**
   * The record of a settled round is genuine, its bets are these, and its players, who had the
   * starting chips before, have what the rules give them.
   */
  async expectSettled(round: number, bets: readonly Bet[]): Promise<RoundRecord> {
    const record = await this.record(round);
    if (record.status !== "settled") throw new Error(`round ${round} is ${record.status}`);
    expect(checkRecord(record).filter(({ ok }) => !ok)).toEqual([]);
    expect(record.bets).toEqual(inOrder(bets));
    const { wheel, zeroRule, pocket } = record;
    for (const { playerId, stake, returned } of settleBets(bets, { wheel, zeroRule, pocket })) {
      expect(await this.balance(playerId)).toBe(STARTING_CHIPS - stake + returned);
    }
    return record;
  }

  /** Plays on to the round's result and looks at it; see {@link CrashStage.expectSettled}. */
  async expectPlayedOut(process: MortalProcess, bets: readonly Bet[]): Promise<RoundRecord> {
    const { round } = process.host.state;
    await process.until("result");
    expect(process.host.state.round).toBe(round);
    expect(process.froze).toEqual([]);
    return this.expectSettled(round, bets);
  }

  /**
   * A process that comes later takes bets in the round that `killed` was in, with the player's first
   * bet; the round is played out.
   */
  async expectGoesOn(killed: MortalProcess, playerId: string): Promise<void> {
    const before = identityOf(killed);
    const next = await this.takeover(60_000);
    expectBetting(next, { ...before, totalStake: asChips(FIRST_BET) });
    const { commitment } = await this.expectPlayedOut(next, [red(playerId, FIRST_BET)]);
    expect(commitment).toBe(before.commitment);
  }

  async close(): Promise<void> {
    for (const process of this.#processes) await process.close();
  }
}

/** What stays of a round, whoever runs it. */
export function identityOf({ host }: MortalProcess): Partial<TableState> {
  const { round, commitment, entropy, clientSeeds } = host.state;
  return { round, commitment, entropy, clientSeeds: [...clientSeeds] };
}

/** The round takes bets, with what it had, for at least the least window. */
export function expectBetting(process: MortalProcess, like: Partial<TableState>): void {
  const { state } = process.host;
  expect(state).toMatchObject({ stage: "betting", ...like });
  expect(state.phaseEndsAt).toBeGreaterThanOrEqual(process.clock.now() + LEAST_WINDOW_MS);
}

export function red(playerId: string, amount: number): Bet & { readonly amount: Chips } {
  return { playerId, spot: "red", amount: asChips(amount) };
}

function inOrder(bets: readonly Bet[]): Bet[] {
  return [...bets].sort((left, right) => (left.playerId < right.playerId ? -1 : 1));
}
