/**
 * A table store in memory: for tests of hosts, where time and the database's moods are scripted.
 *
 * It keeps the same promises as the real one (see `TableStore`) except that nothing outlives the
 * process; every call waits for {@link MemoryTableStore.hold} to end, and fails while the bank is
 * away.
 */
import { createHash } from "node:crypto";
import { assert } from "@croupier/shared/core/assert";
import type { Chips } from "@croupier/shared/core/chips";
import { addChips, asChips, NO_CHIPS, subtractChips } from "@croupier/shared/core/chips";
import { betsDigestOf } from "@croupier/shared/core/fairness";
import type { Posting } from "@croupier/shared/core/table/effects";
import type { ChipsOnSpots, OperationAnswer } from "@croupier/shared/core/table/inputs";
import type { Bet, TableConfig } from "@croupier/shared/core/types";
import type {
  LoggedOperation,
  OpeningRound,
  PostResult,
  RecalledOperation,
  SettlingRound,
  TableHistory,
  TableStore,
  UnfinishedRound,
  VoidRound,
} from "../tables/store.ts";
import { BankUnavailableError, MOST_VOID_ROUNDS } from "../tables/store.ts";

interface MemoryRound extends Omit<UnfinishedRound, "status" | "betsDigest" | "operations"> {
  status: "open" | "locked" | "settled" | "void";
  betsDigest: string | null;
  pocket: string;
  /** Of a void round. */
  reason: string;
  readonly operations: LoggedOperation[];
}

interface MemoryTable {
  readonly seeds: readonly string[];
  readonly rounds: MemoryRound[];
  readonly lastChips: Map<string, ChipsOnSpots>;
}

const CHAIN_LENGTH = 500;

interface KnownOperation {
  readonly tableId: string;
  readonly content: string;
  readonly answer: OperationAnswer;
}

export class MemoryTableStore implements TableStore {
  readonly balances = new Map<string, Chips>();
  /** While true every call fails as if the database were away. */
  away = false;
  readonly #tables = new Map<string, MemoryTable>();
  readonly #operations = new Map<string, KnownOperation>();
  #held: Promise<void> = Promise.resolve();

  /** Makes calls wait until the answered function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  /** A player with chips. */
  addPlayer(playerId: string, chips: number): void {
    this.balances.set(playerId, asChips(chips));
  }

  round(tableId: string, round: number): Readonly<MemoryRound> {
    return this.#round(tableId, round);
  }

  async ping(): Promise<void> {
    await this.#open();
  }

  async prepareTable({ tableId }: TableConfig): Promise<TableHistory> {
    await this.#open();
    const table = this.#table(tableId);
    const finished = table.rounds.filter(isFinished);
    const last = table.rounds.at(-1);
    const unfinished = last === undefined || isFinished(last) ? null : toUnfinished(last);
    return {
      lastRound: finished.length,
      lastPockets: finished
        .map(({ pocket }) => pocket)
        .filter((pocket) => pocket !== "")
        .reverse(),
      voids: this.#voidsOf(finished),
      unfinished,
    };
  }

  #voidsOf(finished: readonly MemoryRound[]): VoidRound[] {
    const settled = finished.findLastIndex(({ status }) => status === "settled");
    return finished
      .slice(settled + 1)
      .slice(-MOST_VOID_ROUNDS)
      .map((round) => {
        const stakes = stakesOf(round);
        const players = Array.from(
          new Set(round.operations.map(({ playerId }) => playerId)),
          (playerId) => ({
            playerId,
            stake: stakes.get(playerId) ?? NO_CHIPS,
            balance: this.balances.get(playerId) ?? NO_CHIPS,
          }),
        );
        return { round: round.round, reason: round.reason, players };
      });
  }

  async openRound(opening: OpeningRound): Promise<{ commitment: string; openedAt: number }> {
    await this.#open();
    const { tableId, round, wheel, zeroRule, entropy, clientSeeds, openedAt } = opening;
    const { seeds, rounds } = this.#table(tableId);
    const commitment = seeds[round - 1] ?? "";
    const running = rounds.at(-1);
    if (running?.round !== round) {
      const finished = running === undefined || isFinished(running);
      assert(finished && round === rounds.length + 1, `round ${round} is out of turn`);
      const past = { betsDigest: null, pocket: "", reason: "", operations: [] };
      const terms = { round, wheel, zeroRule, commitment, entropy, clientSeeds, openedAt };
      rounds.push({ ...terms, ...past, status: "open" });
    }
    return { commitment, openedAt: this.#round(tableId, round).openedAt };
  }

  async post(tableId: string, posting: Posting): Promise<PostResult> {
    await this.#open();
    const { playerId, op, content, kind, changes, stakeAfter, chipsAfter, round } = posting;
    const known = this.#operations.get(`${playerId} ${op}`);
    if (known !== undefined) {
      const sameContent = known.tableId === tableId && known.content === content;
      return { status: "already", sameContent, answer: known.answer };
    }
    const running = this.#round(tableId, round);
    if (running.status !== "open") throw new Error(`round ${round} is ${running.status}`);
    const before = this.balances.get(playerId) ?? NO_CHIPS;
    if (posting.stakeChange > before) return { status: "insufficient", balance: before };
    const balance = asChips(before - posting.stakeChange);
    this.balances.set(playerId, balance);
    const answer: OperationAnswer = {
      op,
      round,
      stake: stakeAfter,
      balance,
      ...(chipsAfter === undefined ? {} : { chips: chipsAfter }),
    };
    this.#operations.set(`${playerId} ${op}`, { tableId, content, answer });
    running.operations.push({ playerId, op, kind, changes, answer });
    return { status: "posted", balance };
  }

  async recall(
    tableId: string,
    asked: { playerId: string; op: string; content: string },
  ): Promise<RecalledOperation | null> {
    await this.#open();
    const known = this.#operations.get(`${asked.playerId} ${asked.op}`);
    if (known === undefined) return null;
    const sameContent = known.tableId === tableId && known.content === asked.content;
    return { sameContent, answer: known.answer };
  }

  async lockRound(locking: {
    tableId: string;
    round: number;
    betsDigest: string;
  }): Promise<{ seed: string }> {
    await this.#open();
    const round = this.#round(locking.tableId, locking.round);
    if (round.status === "open") {
      const logged = betsDigestOf(betsOf(round));
      assert(
        logged === locking.betsDigest,
        `round ${round.round} has other bets than its operations`,
      );
      round.status = "locked";
      round.betsDigest = locking.betsDigest;
    }
    return { seed: this.#table(locking.tableId).seeds[locking.round] ?? "" };
  }

  async settleRound(settling: SettlingRound): Promise<{ balances: ReadonlyMap<string, Chips> }> {
    await this.#open();
    const round = this.#round(settling.tableId, settling.round);
    const ready = round.status === "locked" || round.status === "settled";
    assert(ready, `round ${settling.round} is ${round.status} and cannot be settled`);
    const balances = new Map<string, Chips>();
    for (const { playerId, returned } of settling.payouts) {
      const before = this.balances.get(playerId) ?? NO_CHIPS;
      const after = round.status === "settled" ? before : addChips(before, returned);
      this.balances.set(playerId, after);
      balances.set(playerId, after);
    }
    this.#rememberChips(settling.tableId, settling.bets);
    round.status = "settled";
    round.pocket = settling.pocket;
    return { balances };
  }

  async voidRound(voiding: { tableId: string; round: number; reason: string }) {
    await this.#open();
    const round = this.#round(voiding.tableId, voiding.round);
    assert(round.status !== "settled", `round ${voiding.round} is settled and cannot be void`);
    const stakes = stakesOf(round);
    const balances = new Map<string, Chips>();
    for (const [playerId, stake] of stakes) {
      const before = this.balances.get(playerId) ?? NO_CHIPS;
      const after = round.status === "void" ? before : addChips(before, stake);
      this.balances.set(playerId, after);
      balances.set(playerId, after);
    }
    if (round.status !== "void") {
      round.reason = voiding.reason;
      this.#rememberChips(voiding.tableId, betsOf(round));
    }
    round.status = "void";
    return { stakes, balances };
  }

  #rememberChips(tableId: string, bets: readonly Bet[]): void {
    for (const [playerId, own] of Map.groupBy(bets, (placed) => placed.playerId)) {
      const chips = own.map(({ spot, amount }) => [spot, amount] as const);
      this.#table(tableId).lastChips.set(playerId, chips);
    }
  }

  async lastChips(tableId: string, playerId: string): Promise<ChipsOnSpots> {
    await this.#open();
    return this.#table(tableId).lastChips.get(playerId) ?? [];
  }

  /** Takes chips from a player as if they were spent elsewhere. */
  spend(playerId: string, chips: number): void {
    const before = this.balances.get(playerId) ?? NO_CHIPS;
    this.balances.set(playerId, subtractChips(before, asChips(chips)));
  }

  async #open(): Promise<void> {
    await this.#held;
    if (this.away) throw new BankUnavailableError("the database is away");
  }

  #table(tableId: string): MemoryTable {
    let table = this.#tables.get(tableId);
    if (table === undefined) {
      table = { seeds: chainFor(tableId), rounds: [], lastChips: new Map() };
      this.#tables.set(tableId, table);
    }
    return table;
  }

  #round(tableId: string, round: number): MemoryRound {
    const found = this.#table(tableId).rounds.find((candidate) => candidate.round === round);
    if (found === undefined) throw new Error(`table ${tableId} has no round ${round}`);
    return found;
  }
}

/** What each player has on the felt by the operations; those that have nothing are left out. */
function stakesOf({ operations }: MemoryRound): Map<string, Chips> {
  const stakes = new Map<string, Chips>();
  for (const { playerId, changes } of operations) {
    const change = changes.reduce((sum, [, chips]) => sum + chips, 0);
    const stake = asChips((stakes.get(playerId) ?? 0) + change);
    if (stake === 0) stakes.delete(playerId);
    else stakes.set(playerId, stake);
  }
  return stakes;
}

/** What lies on the felt by the operations. */
function betsOf({ operations }: MemoryRound): Bet[] {
  const chips = new Map<string, number>();
  for (const { playerId, changes } of operations) {
    for (const [spot, change] of changes) {
      const place = `${playerId} ${spot}`;
      chips.set(place, (chips.get(place) ?? 0) + change);
    }
  }
  return Array.from(chips, ([place, amount]): Bet => {
    const [playerId = "", spot = ""] = place.split(" ");
    return { playerId, spot, amount: asChips(amount) };
  }).filter(({ amount }) => amount > 0);
}

function isFinished({ status }: MemoryRound): boolean {
  return status === "settled" || status === "void";
}

function toUnfinished({ pocket: _, reason: __, status, ...round }: MemoryRound): UnfinishedRound {
  return { ...round, status: status === "open" ? "open" : "locked" };
}

function chainFor(tableId: string): string[] {
  const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest();
  let seed = sha256(tableId);
  const seeds = [seed.toString("hex")];
  for (let index = 0; index < CHAIN_LENGTH; index += 1) {
    seed = sha256(seed);
    seeds.unshift(seed.toString("hex"));
  }
  return seeds;
}
