/**
 * The database of a simulated house: what it holds, and each transaction as one moment. It keeps the
 * promises of the real stores (`TableStore`, and in `bankLeases.ts` `LeaseStore`) towards callers that
 * are slow, stale or gone; whether a call arrives, and its answer comes back, is the link's affair
 * (`link.ts`).
 */
import { assert } from "@croupier/shared/core/assert";
import type { Chips } from "@croupier/shared/core/chips";
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf } from "@croupier/shared/core/fairness";
import type { Posting } from "@croupier/shared/core/table/effects";
import type { ChipsOnSpots, OperationAnswer } from "@croupier/shared/core/table/inputs";
import type { Lease } from "../src/tables/lease.ts";
import { StaleLeaseError } from "../src/tables/lease.ts";
import type {
  OpeningRound,
  PostResult,
  RecalledOperation,
  SettlingRound,
  TableHistory,
  TableStore,
} from "../src/tables/store.ts";
import { BankLeases } from "./bankLeases.ts";
import type { BankRound } from "./bankRounds.ts";
import {
  asUnfinished,
  betsOf,
  isFinished,
  lastPocketsOf,
  layoutsOf,
  voidsOf,
} from "./bankRounds.ts";

type Locking = Parameters<TableStore["lockRound"]>[0];
type Voiding = Parameters<TableStore["voidRound"]>[0];

/** Told of every commit, at its moment; what it throws is a finding. */
export interface Witness {
  leased(lease: Lease, holder: string): void;
  released(tableId: string): void;
  opened(lease: Lease, opening: OpeningRound, commitment: string): void;
  posted(lease: Lease, posting: Posting): void;
  locked(lease: Lease, locking: Locking): void;
  settled(lease: Lease, settling: SettlingRound): void;
  voided(lease: Lease, voiding: Voiding): void;
  /** Something worth counting. */
  seen(what: string): void;
}

interface BankTable {
  /** Hex, by round; the first is the anchor. */
  readonly seeds: readonly string[];
  readonly rounds: BankRound[];
  readonly lastLayouts: Map<string, ChipsOnSpots>;
  /** Transactions that wait for a COMMIT which is still on its way; they hold their locks. */
  readonly late: (() => void)[];
}

export interface BankOptions {
  readonly now: () => number;
  /** Whether a holder's connection is there still. */
  readonly lives: (holder: string) => boolean;
  readonly seeds: ReadonlyMap<string, readonly string[]>;
  readonly chips: ReadonlyMap<string, number>;
  readonly witness: Witness;
}

interface KnownOperation {
  readonly tableId: string;
  readonly content: string;
  readonly answer: OperationAnswer;
}

export class Bank {
  readonly #options: BankOptions;
  readonly leases: BankLeases;
  readonly #tables: ReadonlyMap<string, BankTable>;
  readonly #balances: Map<string, number>;
  readonly #operations = new Map<string, KnownOperation>();

  constructor(options: BankOptions) {
    this.#options = options;
    this.#balances = new Map(options.chips);
    this.#tables = new Map(
      Array.from(options.seeds, ([tableId, seeds]) => {
        return [tableId, { seeds, rounds: [], lastLayouts: new Map(), late: [] }];
      }),
    );
    this.leases = new BankLeases({
      ...options,
      tableIds: [...options.seeds.keys()],
      taking: (tableId) => this.finishLate(tableId),
      taken: (lease, holder) => options.witness.leased(lease, holder),
      released: (tableId) => options.witness.released(tableId),
      refused: () => options.witness.seen("fault: lease refused"),
    });
  }

  /** A COMMIT of this table is on its way. */
  delay(tableId: string, commit: () => void): void {
    this.#table(tableId).late.push(commit);
  }

  /** What is on its way arrives. */
  finishLate(tableId: string): void {
    for (const commit of this.#table(tableId).late.splice(0)) commit();
  }

  prepare(lease: Lease): TableHistory {
    this.finishLate(lease.tableId);
    const { rounds } = this.#written(lease);
    const last = rounds.at(-1);
    return {
      lastRound: last === undefined || isFinished(last) ? rounds.length : rounds.length - 1,
      lastPockets: lastPocketsOf(rounds),
      voids: voidsOf(rounds, (playerId) => this.balanceOf(playerId)),
      unfinished: last === undefined || isFinished(last) ? null : asUnfinished(last),
    };
  }

  open(lease: Lease, opening: OpeningRound): { commitment: string; openedAt: number } {
    const { rounds, seeds } = this.#written(lease);
    const { round, wheel, zeroRule, entropy, clientSeeds, openedAt } = opening;
    const commitment = seeds[round - 1];
    assert(commitment !== undefined, "the simulated chain is long enough");
    const last = rounds.at(-1);
    if (last?.round === round) {
      assert(last.status === "open" && last.entropy === entropy, "another round was opened");
      return { commitment, openedAt: last.openedAt };
    }
    assert(last === undefined || isFinished(last), "a round opens beside another");
    this.#options.witness.opened(lease, opening, commitment);
    assert(round === rounds.length + 1, `round ${round} does not follow ${rounds.length}`);
    const terms = { round, wheel, zeroRule, commitment, entropy, clientSeeds, openedAt };
    const end = {
      betsDigest: null,
      pocket: "",
      reason: "",
      balances: new Map(),
      stakes: new Map(),
    };
    rounds.push({ ...terms, ...end, status: "open", operations: [] });
    return { commitment, openedAt };
  }

  post(lease: Lease, posting: Posting): PostResult {
    const { playerId, op, content, kind, changes, stakeChange, stakeAfter, chipsAfter } = posting;
    const known = this.#operations.get(`${playerId} ${op}`);
    if (known !== undefined) {
      const sameContent = known.tableId === lease.tableId && known.content === content;
      return { status: "already", sameContent, answer: known.answer };
    }
    const round = this.#written(lease).rounds.at(-1);
    const isOpen = round?.round === posting.round && round.status === "open";
    if (!isOpen) throw new Error(`round ${posting.round} takes no operations`);
    const before = this.#balances.get(playerId) ?? 0;
    if (stakeChange > before) return { status: "insufficient", balance: asChips(before) };
    this.#options.witness.posted(lease, posting);
    const balance = asChips(before - stakeChange);
    this.#balances.set(playerId, balance);
    const parts = { op, round: posting.round, stake: stakeAfter, balance };
    const answer = chipsAfter === undefined ? parts : { ...parts, chips: chipsAfter };
    this.#operations.set(`${playerId} ${op}`, { tableId: lease.tableId, content, answer });
    round.operations.push({ playerId, op, kind, changes, answer });
    return { status: "posted", balance };
  }

  recall(
    tableId: string,
    asked: { playerId: string; op: string; content: string },
  ): RecalledOperation | null {
    const known = this.#operations.get(`${asked.playerId} ${asked.op}`);
    if (known === undefined) return null;
    const sameContent = known.tableId === tableId && known.content === asked.content;
    return { sameContent, answer: known.answer };
  }

  lock(lease: Lease, locking: Locking): { seed: string } {
    this.finishLate(lease.tableId);
    const { seeds } = this.#written(lease);
    const round = this.#round(lease.tableId, locking.round);
    if (round.status === "open") {
      this.#options.witness.locked(lease, locking);
      const logged = betsDigestOf(betsOf(round));
      const isSame = logged === locking.betsDigest;
      assert(isSame, `round ${locking.round} has other bets than its operations`);
      round.status = "locked";
      round.betsDigest = locking.betsDigest;
    } else {
      assert(round.betsDigest === locking.betsDigest, "the round was locked with other bets");
    }
    return { seed: seeds[locking.round] ?? "" };
  }

  settle(lease: Lease, settling: SettlingRound): { balances: ReadonlyMap<string, Chips> } {
    this.finishLate(lease.tableId);
    const table = this.#written(lease);
    const round = this.#round(lease.tableId, settling.round);
    if (round.status === "settled") {
      assert(round.pocket === settling.pocket, "the round was settled otherwise");
      return { balances: round.balances };
    }
    const isLocked = round.status === "locked";
    assert(isLocked, `round ${settling.round} is ${round.status} and cannot be settled`);
    this.#options.witness.settled(lease, settling);
    round.balances = this.#pay(settling.payouts.map((paid) => [paid.playerId, paid.returned]));
    for (const [playerId, bets] of Map.groupBy(settling.bets, (bet) => bet.playerId)) {
      const chips = bets.map(({ spot, amount }) => [spot, amount] as const);
      table.lastLayouts.set(playerId, chips);
    }
    round.status = "settled";
    round.pocket = settling.pocket;
    return { balances: round.balances };
  }

  void(
    lease: Lease,
    voiding: Voiding,
  ): { balances: ReadonlyMap<string, Chips>; stakes: ReadonlyMap<string, Chips> } {
    this.finishLate(lease.tableId);
    const table = this.#written(lease);
    const round = this.#round(lease.tableId, voiding.round);
    const isSettled = round.status === "settled";
    assert(!isSettled, `round ${voiding.round} is settled and cannot be void`);
    if (round.status !== "void") {
      this.#options.witness.voided(lease, voiding);
      const layouts = layoutsOf(round);
      for (const [playerId, layout] of layouts) {
        if (layout.size > 0) table.lastLayouts.set(playerId, [...layout]);
      }
      const stakes = Array.from(layouts, ([playerId, layout]) => {
        let stake = 0;
        for (const chips of layout.values()) stake += chips;
        return [playerId, asChips(stake)] as const;
      }).filter(([, stake]) => stake > 0);
      round.stakes = new Map(stakes);
      round.balances = this.#pay(stakes);
      round.reason = voiding.reason;
      round.status = "void";
    }
    return { balances: round.balances, stakes: round.stakes };
  }

  lastChips(tableId: string, playerId: string): ChipsOnSpots {
    return this.#table(tableId).lastLayouts.get(playerId) ?? [];
  }

  balanceOf(playerId: string): Chips {
    return asChips(this.#balances.get(playerId) ?? 0);
  }

  #pay(payments: readonly (readonly [playerId: string, chips: number])[]) {
    const after = new Map<string, Chips>();
    for (const [playerId, chips] of payments) {
      const balance = asChips((this.#balances.get(playerId) ?? 0) + chips);
      this.#balances.set(playerId, balance);
      after.set(playerId, balance);
    }
    return after;
  }

  /** The table, for a write under `lease`. */
  #written(lease: Lease): BankTable {
    const table = this.#table(lease.tableId);
    if (this.leases.epochOf(lease.tableId) !== lease.epoch) {
      this.#options.witness.seen("fault: stale write refused");
      throw new StaleLeaseError(lease);
    }
    return table;
  }

  #table(tableId: string): BankTable {
    const table = this.#tables.get(tableId);
    assert(table !== undefined, `there is no table ${tableId}`);
    return table;
  }

  #round(tableId: string, number: number): BankRound {
    const round = this.#table(tableId).rounds[number - 1];
    assert(round !== undefined, `there is no round ${number}`);
    return round;
  }
}
