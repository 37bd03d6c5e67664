/**
 * The books as they must be: what was committed, in order, and what follows from it. Every commit is
 * checked against everything before it.
 */
import { betsOf, change, chipsIn, layoutAt, sum } from "./layouts.ts";
import { Nets } from "./nets.ts";
import type { PlacedBet } from "./rules.ts";
import { digestOf, entropyOf, kindOf, pocketOf, returned } from "./rules.ts";
import type { Answer, AskedPosting, Change, Operation, TableTerms } from "./terms.ts";
import { check, layoutText, sameChips } from "./terms.ts";

export interface BookedRound {
  readonly round: number;
  readonly terms: TableTerms;
  readonly commitment: string;
  readonly entropy: string;
  readonly clientSeeds: readonly { playerId: string; seed: string }[];
  readonly openedAt: number;
  /** The epoch in which it was opened. */
  readonly openedIn: number;
  status: "open" | "locked" | "settled" | "void";
  /** Of a void round. */
  reason: string;
  pocket: string;
  seed: string;
  digest: string;
  /** In the order of commits. */
  readonly operations: {
    readonly playerId: string;
    readonly kind: string;
    readonly changes: readonly Change[];
  }[];
  readonly layouts: Map<string, Map<string, number>>;
  /** Of all bets. */
  readonly nets: Nets;
  /** Balances right after the end. */
  readonly after: Map<string, number>;
}

interface BookedTable {
  epoch: number;
  house: number;
  escrow: number;
  readonly rounds: BookedRound[];
  /** Each player's chips in the last finished round that had some. */
  readonly lastLayouts: Map<string, ReadonlyMap<string, number>>;
}

/** An operation that counts, for ever. */
export interface Booked {
  readonly content: string;
  readonly answer: Answer;
  readonly tableId: string;
  readonly epoch: number;
}

export interface BooksOptions {
  readonly tableIds: readonly string[];
  /** By table: `seeds[round]`, hex; `seeds[0]` is the anchor. */
  readonly seeds: ReadonlyMap<string, readonly string[]>;
  readonly chips: ReadonlyMap<string, number>;
  readonly houseChips: number;
}

export class Books {
  readonly balances: Map<string, number>;
  readonly operations = new Map<string, Booked>();
  readonly #tables: ReadonlyMap<string, BookedTable>;
  readonly #seeds: BooksOptions["seeds"];
  readonly #issued: number;
  /** Of all tables. */
  #opened = 0;

  constructor({ tableIds, seeds, chips, houseChips }: BooksOptions) {
    this.#seeds = seeds;
    this.balances = new Map(chips);
    this.#tables = new Map(
      tableIds.map((id) => [
        id,
        { epoch: 0, house: houseChips, escrow: 0, rounds: [], lastLayouts: new Map() },
      ]),
    );
    this.#issued = this.#total();
  }

  table(tableId: string): BookedTable {
    const table = this.#tables.get(tableId);
    check(table !== undefined, () => `there is no table ${tableId}`);
    return table;
  }

  /** The round that is not finished. */
  running(tableId: string): BookedRound | null {
    const last = this.table(tableId).rounds.at(-1);
    return last === undefined || isFinished(last) ? null : last;
  }

  /** The rounds that were opened, at all tables. */
  get rounds(): number {
    return this.#opened;
  }

  lastRound(tableId: string): number {
    return this.table(tableId).rounds.at(-1)?.round ?? 0;
  }

  /** Of the settled rounds up to `round`, newest first. */
  lastPockets(tableId: string, round: number, most: number): readonly string[] {
    const { rounds } = this.table(tableId);
    const pockets: string[] = [];
    for (let last = round; last > 0 && pockets.length < most; last -= 1) {
      const { status, pocket } = rounds[last - 1] ?? {};
      if (status === "settled") pockets.push(pocket ?? "");
    }
    return pockets;
  }

  leased(tableId: string, epoch: number): void {
    const table = this.table(tableId);
    check(epoch === table.epoch + 1, () => `${tableId}: epoch ${epoch} after ${table.epoch}`);
    table.epoch = epoch;
  }

  /** Every write is made under the current epoch. */
  #written(tableId: string, epoch: number): BookedTable {
    const table = this.table(tableId);
    check(epoch === table.epoch, () => `${tableId}: a write of epoch ${epoch} in ${table.epoch}`);
    return table;
  }

  opened(
    { tableId, epoch }: { tableId: string; epoch: number },
    opened: Pick<
      BookedRound,
      "round" | "terms" | "commitment" | "entropy" | "clientSeeds" | "openedAt"
    >,
  ): void {
    const table = this.#written(tableId, epoch);
    const { round, commitment, clientSeeds, entropy } = opened;
    check(this.running(tableId) === null, () => `${tableId}: ${round} opens beside another round`);
    check(round === this.lastRound(tableId) + 1, () => `${tableId}: ${round} is out of turn`);
    const seed = this.#seeds.get(tableId)?.[round - 1];
    check(commitment === seed, () => `${tableId}: round ${round} has another commitment`);
    check(entropy === entropyOf(clientSeeds), () => `${tableId}: ${round} has another entropy`);
    this.#opened += 1;
    table.rounds.push({
      ...opened,
      openedIn: epoch,
      status: "open",
      reason: "",
      pocket: "",
      seed: "",
      digest: "",
      operations: [],
      layouts: new Map(),
      nets: new Nets(opened.terms),
      after: new Map(),
    });
  }

  /** A posting was committed: checks that it may be, and moves its chips. Answers its answer. */
  posted(
    { tableId, epoch }: { tableId: string; epoch: number },
    posting: AskedPosting,
    content: string,
  ): Answer {
    const table = this.#written(tableId, epoch);
    const { playerId, op, round, changes, stakeChange } = posting;
    const where = () => `${tableId} ${round}: ${playerId}'s ${op}`;
    const running = this.running(tableId);
    check(running?.round === round && running.status === "open", () => `${where()}: not open`);
    check(!this.operations.has(`${playerId} ${op}`), () => `${where()} counts twice`);
    const layout = layoutAt(running.layouts, playerId);
    running.nets.moveAll(layout, changes);
    change(layout, changes, where);
    const stake = chipsIn(layout);
    const moved = sum(changes.map(([, chips]) => chips));
    check(stakeChange === moved, () => `${where()} moves ${stakeChange}, not ${moved}`);
    check(
      posting.stakeAfter === stake,
      () => `${where()}: stake ${posting.stakeAfter}, not ${stake}`,
    );
    const balance = (this.balances.get(playerId) ?? 0) - stakeChange;
    check(balance >= 0, () => `${where()} takes chips that there are not`);
    this.balances.set(playerId, balance);
    table.escrow += stakeChange;
    running.operations.push({ playerId, kind: posting.kind, changes });
    withinLimits(running, { layout, changes, stake }, where);
    const answer: Answer = {
      op,
      round,
      stake,
      balance,
      ...(posting.kind === "bet" ? {} : { chips: [...layout] }),
    };
    this.operations.set(`${playerId} ${op}`, { content, answer, tableId, epoch });
    this.#conserved();
    return answer;
  }

  locked(
    { tableId, epoch }: { tableId: string; epoch: number },
    round: number,
    digest: string,
  ): void {
    this.#written(tableId, epoch);
    const running = this.running(tableId);
    check(
      running?.round === round && running.status === "open",
      () => `${tableId}: locks ${round}`,
    );
    const bets = betsOf(running.layouts);
    const counted = running.nets.equals(new Nets(running.terms, bets));
    check(counted, () => `${tableId} ${round}: what the house may have to pay was miscounted`);
    check(
      digest === digestOf(bets),
      () => `${tableId} ${round}: locked with another digest than its bets'`,
    );
    running.status = "locked";
    running.digest = digest;
  }

  settled(
    { tableId, epoch }: { tableId: string; epoch: number },
    settled: {
      readonly round: number;
      readonly seed: string;
      readonly pocket: string;
      readonly bets: readonly (PlacedBet & { readonly returned: number })[];
      readonly payouts: readonly { playerId: string; stake: number; returned: number }[];
    },
  ): void {
    const table = this.#written(tableId, epoch);
    const { round, seed, pocket } = settled;
    const where = () => `${tableId} ${round}`;
    const running = this.running(tableId);
    check(running?.round === round && running.status === "locked", () => `${where()}: not locked`);
    check(seed === this.#seeds.get(tableId)?.[round], () => `${where()}: another seed`);
    const drawn = pocketOf({ ...running.terms, round, entropy: running.entropy, seed });
    check(pocket === drawn, () => `${where()}: ${pocket}, and its seed dictates ${drawn}`);
    const due = betsOf(running.layouts).map((bet) => ({
      ...bet,
      returned: returned(running.terms, bet, pocket),
    }));
    const text = (bets: typeof due) =>
      layoutText(bets.map((bet) => [`${bet.playerId} ${bet.spot} ${bet.amount}`, bet.returned]));
    check(text([...settled.bets]) === text(due), () => `${where()}: bets are settled otherwise`);
    const payouts = Map.groupBy(due, ({ playerId }) => playerId);
    check(payouts.size === settled.payouts.length, () => `${where()}: other payouts`);
    for (const payout of settled.payouts) {
      const own = payouts.get(payout.playerId) ?? [];
      const fits =
        payout.stake === sum(own.map(({ amount }) => amount)) &&
        payout.returned === sum(own.map((bet) => bet.returned));
      check(fits, () => `${where()}: ${payout.playerId} is paid ${payout.returned}`);
    }
    running.status = "settled";
    running.seed = seed;
    running.pocket = pocket;
    this.#empty(table, running, new Map(settled.payouts.map((p) => [p.playerId, p.returned])));
  }

  voided(
    { tableId, epoch }: { tableId: string; epoch: number },
    round: number,
    reason: string,
  ): void {
    const table = this.#written(tableId, epoch);
    const running = this.running(tableId);
    check(running?.round === round, () => `${tableId}: ${round} is void and was not running`);
    running.status = "void";
    running.reason = reason;
    const stakes = Array.from(running.layouts, ([id, layout]) => [id, chipsIn(layout)] as const);
    this.#empty(table, running, new Map(stakes));
  }

  /** The escrow goes to players and house, and ends at zero. */
  #empty(table: BookedTable, round: BookedRound, returns: ReadonlyMap<string, number>): void {
    const staked = sum(Array.from(round.layouts.values(), (layout) => chipsIn(layout)));
    check(table.escrow === staked, () => `the escrow has ${table.escrow}, the bets ${staked}`);
    for (const [playerId, chips] of returns) {
      this.balances.set(playerId, (this.balances.get(playerId) ?? 0) + chips);
    }
    table.house += staked - chipsIn(returns);
    table.escrow = 0;
    for (const [playerId, layout] of round.layouts) {
      round.after.set(playerId, this.balances.get(playerId) ?? 0);
      if (layout.size > 0) table.lastLayouts.set(playerId, layout);
    }
    this.#conserved();
  }

  /** A player's chips in the last finished round that had some, as the bank says. */
  hadLast(tableId: string, playerId: string, said: readonly Change[]): void {
    const had = [...(this.table(tableId).lastLayouts.get(playerId) ?? [])];
    const told = () => `${layoutText(said)}, not ${layoutText(had)}`;
    check(sameChips(said, had), () => `${tableId}: ${playerId} had ${told()}`);
  }

  /** What a player had in a finished round, what came back, and what they had then. */
  dueTo(
    { layouts, terms, status, pocket, after }: BookedRound,
    playerId: string,
  ): { stake: number; returned: number; balance: number; wins: readonly Change[] } {
    const layout = layouts.get(playerId) ?? new Map<string, number>();
    const bets = Array.from(layout, ([spot, amount]) => ({ spot, amount }));
    const back = (bet: { spot: string; amount: number }) =>
      status === "void" ? bet.amount : returned(terms, bet, pocket);
    return {
      stake: chipsIn(layout),
      returned: sum(bets.map(back)),
      balance: after.get(playerId) ?? 0,
      wins: bets.map((bet): Change => [bet.spot, back(bet)]).filter(([, chips]) => chips > 0),
    };
  }

  #conserved(): void {
    const total = this.#total();
    check(total === this.#issued, () => `${total} chips, and ${this.#issued} were issued`);
  }

  #total(): number {
    let chips = chipsIn(this.balances);
    for (const { house, escrow } of this.#tables.values()) chips += house + escrow;
    return chips;
  }
}

function isFinished({ status }: BookedRound): boolean {
  return status === "settled" || status === "void";
}

interface Placing {
  readonly layout: ReadonlyMap<string, number>;
  readonly changes: readonly Change[];
  readonly stake: number;
}

/** Looks at what changed: all else was looked at when it did. */
function withinLimits({ terms, nets }: BookedRound, after: Placing, where: () => string): void {
  for (const [spot] of after.changes) {
    const chips = after.layout.get(spot) ?? terms.min;
    const most = terms.spotMax[kindOf(spot)] ?? 0;
    check(chips >= terms.min && chips <= most, () => `${where()}: ${chips} on ${spot}`);
  }
  check(after.stake <= terms.playerMax, () => `${where()} passes the player's limit`);
  const { worst } = nets;
  check(worst <= terms.houseMax, () => `${where()}: the house may have to pay ${worst}`);
}

/** What an operation asks for, in one text. */
export function contentOf({ kind, chips }: Pick<Operation, "kind" | "chips">): string {
  let text: string = kind;
  // For each operation, several times: joining arrays of arrays takes three times as long.
  for (const [spot, amount] of chips) text += ` ${spot},${amount}`;
  return text;
}
