/**
 * Writes what a busy house leaves behind. Its tables play their rounds side by side: a round takes
 * forty bets of as many players, which come in four flushes with those of the other tables; then it
 * is settled by its seed.
 */
import { hash, randomUUID } from "node:crypto";
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf, compareBets, entropyOf, outcomeOf } from "@croupier/shared/core/fairness";
import { returnOf } from "@croupier/shared/core/payouts";
import { layoutOf } from "@croupier/shared/core/spots";
import { contentOf } from "@croupier/shared/core/table/evaluate";
import type { Bet } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { ChainWriter } from "./chainWriter.ts";
import { CopyIn } from "./copyIn.ts";
import type { MadeHouse, MadePlayer, MadeTable } from "./house.ts";
import { makeHouse, PLAYERS } from "./house.ts";

const BETS = 40;
const FLUSHES = 4;
/** Players of a round lie this far apart: no divisor of all players, so each comes once. */
const STRIDE = 37;
const ROUND_MS = 30_000;
const BEGINNING = Date.UTC(2026, 0, 1);
const PLENTY = 1_000_000_000;
const NO_SEEDS = entropyOf([]);
const LAYOUT = layoutOf("european");
const [INSIDE, OUTSIDE] = [
  LAYOUT.spots.filter(({ covers }) => covers.length < 12),
  LAYOUT.spots.filter(({ covers }) => covers.length >= 12),
];

const COLUMNS = {
  transfers: "id, kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at",
  operations: `table_id, round, player_id, op, kind, content, ticket, changes, stake_change,
    stake_after, balance_after, posted_at, epoch`,
  bets: "table_id, round, player_id, spot, amount, returned",
  rounds: `table_id, round, status, wheel, zero_rule, commitment, entropy, client_seeds, bets_digest,
    pocket, seed, opened_at, locked_at, settled_at, epoch`,
  ledger_blocks: "chain, number, first_transfer_id, last_transfer_id, transfers, previous, hash",
};

type Inlets = Readonly<Record<keyof typeof COLUMNS, CopyIn>>;

interface PlacedBet extends Bet {
  readonly player: MadePlayer;
}

interface Moved {
  readonly kind: string;
  readonly from: { readonly id: number; balance: number };
  readonly to: { readonly id: number; balance: number };
  readonly amount: number;
  readonly playerId?: string;
  readonly round?: number;
  readonly op?: string;
  readonly at: string;
}

/** A time as COPY writes it, in UTC. */
function told(at: number): string {
  return `${new Date(at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.?0*Z$/, "")}+00`;
}

export class BooksWriter {
  readonly #to: Inlets;
  readonly #house: MadeHouse;
  readonly #noTable: ChainWriter;
  #transfers = 0;

  private constructor(to: Inlets, house: MadeHouse) {
    this.#to = to;
    this.#house = house;
    this.#noTable = new ChainWriter("", to.ledger_blocks);
  }

  /** On a database with the schema and nothing in it, for so many rounds of each table. */
  static async open(pool: Pool, rounds: number): Promise<BooksWriter> {
    const opened = await Promise.all(
      Object.entries(COLUMNS).map(async ([name, columns]) => [
        name,
        await CopyIn.open(pool, name, columns),
      ]),
    );
    const to = Object.fromEntries(opened) as Inlets;
    const writer = new BooksWriter(to, await makeHouse(pool, rounds, to.ledger_blocks));
    writer.#endow(told(BEGINNING));
    return writer;
  }

  #endow(at: string): void {
    const { issuer, players, tables } = this.#house;
    for (const player of players) {
      const grant = { kind: "grant", from: issuer, to: player, amount: PLENTY } as const;
      this.#move(null, { ...grant, playerId: player.playerId, at });
    }
    this.#noTable.close();
    for (const table of tables) {
      const bankroll = { kind: "bankroll", from: issuer, to: table.house, amount: PLENTY } as const;
      this.#move(table, { ...bankroll, op: randomUUID(), at });
      table.chain.close();
    }
  }

  /** One round at each table. */
  async play(round: number): Promise<void> {
    const at = BEGINNING + round * ROUND_MS;
    const { tables } = this.#house;
    const placed = tables.map((_, index) => this.#placeBets(round * 131 + index * 977));
    for (let flush = 0; flush < FLUSHES; flush += 1) {
      const posted = told(at + 1_000 + flush * 2_500);
      for (let index = flush; index < BETS; index += FLUSHES) {
        tables.forEach((table, place) => {
          const bet = placed[place]?.[index];
          if (bet !== undefined) this.#post(table, bet, { round, posted });
        });
      }
      for (const { chain } of tables) chain.close();
    }
    for (const [place, table] of tables.entries()) {
      this.#settle(table, placed[place] ?? [], { round, at });
    }
    for (const inlet of Object.values(this.#to)) await inlet.breathe();
  }

  #placeBets(start: number): PlacedBet[] {
    return Array.from({ length: BETS }, (_, index) => {
      const player = this.#house.players[(start + index * STRIDE) % PLAYERS] as MadePlayer;
      const spots = (start + index) % 3 === 0 ? INSIDE : OUTSIDE;
      const spot = spots[(start * 7 + index * 11) % spots.length]?.id ?? "red";
      const amount = asChips(5 * (1 + ((start + index) % 40)));
      return { player, playerId: player.playerId, spot, amount };
    });
  }

  #post(
    table: MadeTable,
    { player, playerId, spot, amount }: PlacedBet,
    { round, posted }: { readonly round: number; readonly posted: string },
  ): void {
    const op = randomUUID();
    const stake = { kind: "stake", from: player, to: table.escrow, amount } as const;
    this.#move(table, { ...stake, playerId, round, op, at: posted });
    const asked = [table.tableId, round, playerId, op, "bet"];
    const placed = [[spot, amount]] as const;
    const content = hash("sha256", contentOf({ kind: "bet", chips: placed }), "buffer");
    const changes = JSON.stringify(placed);
    const numbers = [amount, amount, player.balance];
    this.#to.operations.add(...asked, content, randomUUID(), changes, ...numbers, posted, 1);
  }

  #settle(
    table: MadeTable,
    placed: readonly PlacedBet[],
    { round, at }: { readonly round: number; readonly at: number },
  ): void {
    const { tableId, seeds, escrow, house } = table;
    const [commitment, seed] = [seeds[round - 1] as Buffer, seeds[round] as Buffer];
    const game = { wheel: "european", zeroRule: "la-partage" } as const;
    const drawn = { tableId, round, wheel: game.wheel, entropy: NO_SEEDS };
    const pocket = outcomeOf({ ...drawn, seed: seed.toString("hex") });
    const [opened, locked, settled] = [told(at), told(at + 12_000), told(at + 12_040)];
    const bets = placed.toSorted(compareBets).map((bet) => {
      const spot = LAYOUT.find(bet.spot);
      if (spot === undefined) throw new Error(`there is no spot ${bet.spot}`);
      return { ...bet, returned: returnOf(spot, bet.amount, { ...game, pocket }) };
    });
    for (const { playerId, spot, amount, returned } of bets) {
      this.#to.bets.add(tableId, round, playerId, spot, amount, returned);
    }
    const due = bets.reduce((sum, { amount, returned }) => sum + returned - amount, 0);
    const where = { round, at: settled };
    if (due > 0) {
      this.#move(table, { ...where, kind: "cover", from: house, to: escrow, amount: due });
    }
    for (const { player, playerId, returned: amount } of bets.filter((bet) => bet.returned > 0)) {
      this.#move(table, { ...where, kind: "payout", from: escrow, to: player, amount, playerId });
    }
    if (due < 0) {
      this.#move(table, { ...where, kind: "collect", from: escrow, to: house, amount: -due });
    }
    table.chain.close();
    const begun = [
      tableId,
      round,
      "settled",
      game.wheel,
      game.zeroRule,
      commitment,
      NO_SEEDS,
      "[]",
    ];
    const ended = [betsDigestOf(bets), pocket, seed, opened, locked, settled, 1];
    this.#to.rounds.add(...begun, ...ended);
  }

  #move(table: MadeTable | null, moved: Moved): void {
    const { kind, from, to, amount, playerId = "\\N", round = "\\N", op = "\\N", at } = moved;
    from.balance -= amount;
    to.balance += amount;
    this.#transfers += 1;
    const id = this.#transfers;
    const accounts = [kind, from.id, to.id, amount];
    const row = [...accounts, playerId, table?.tableId ?? "\\N", round, op, at];
    this.#to.transfers.add(id, ...row);
    (table?.chain ?? this.#noTable).add(id, row.join("\t"));
  }

  /** Ends everything; answers how many transfers there are. */
  async end(pool: Pool): Promise<number> {
    for (const inlet of Object.values(this.#to)) await inlet.end();
    const { issuer, players, tables } = this.#house;
    const owned = tables.flatMap(({ escrow, house }) => [escrow, house]);
    const balances = [issuer, ...owned, ...players].map(({ id, balance }) => ({ id, balance }));
    await pool.query(
      `UPDATE accounts SET balance = made.balance
       FROM json_to_recordset($1) AS made (id bigint, balance bigint) WHERE accounts.id = made.id`,
      [JSON.stringify(balances)],
    );
    await pool.query(
      "SELECT add_round_link(played) FROM (SELECT * FROM rounds ORDER BY table_id, round) AS played",
    );
    await pool.query("SELECT setval(pg_get_serial_sequence('transfers', 'id'), $1)", [
      this.#transfers,
    ]);
    return this.#transfers;
  }
}
