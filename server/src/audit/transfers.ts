/**
 * One pass over all transfers in the order in which they were added: each is between accounts of its
 * kind, the issuer gives once what there is once, each round leaves in its escrow what it should, and each
 * chain of hashes holds.
 *
 * What is kept meanwhile is of the size of accounts and tables, not of transfers.
 */
import type { PoolClient } from "pg";
import { AccountBook, KINDS } from "./accountBook.ts";
import type { Block, Head } from "./chain.ts";
import { Chain } from "./chain.ts";
import type { AuditLine } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";
import { readLines } from "./copyOut.ts";
import { Escrow } from "./escrow.ts";
import { escrowFaults } from "./escrowFaults.ts";
import { Faults } from "./faults.ts";
import { Gifts } from "./gifts.ts";
import { faultOf, movementOf } from "./movements.ts";
import type { TableTraces } from "./roundTraces.ts";
import { letterOf, RoundTraces } from "./roundTraces.ts";
import { RunningBalances } from "./runningBalances.ts";
import { CANONICAL, TRANSFERS, TransferLine } from "./transferLines.ts";

/** Where chains stand, by their names: a table's id, or nothing for what belongs to no table. */
export type Heads = Readonly<Record<string, Head>>;

export interface TransfersAudit {
  readonly lines: readonly AuditLine[];
  readonly heads: Heads;
  /** What players' chips did, round by round. */
  readonly traces: RoundTraces;
}

/** Proves transfers; `since` are heads of an earlier audit, which must still be where they were. */
export async function auditTransfers(client: PoolClient, since: Heads): Promise<TransfersAudit> {
  const pass = new Pass(await AccountBook.read(client), since);
  await client.query(CANONICAL);
  await readLines(client, TRANSFERS, pass.take);
  return pass.end(client);
}

/** What belongs together by a table, or by none. */
interface Series {
  readonly chain: Chain;
  readonly escrow: Escrow;
  readonly traces: TableTraces;
}

class Pass {
  readonly #book: AccountBook;
  readonly #since: Heads;
  readonly #line = new TransferLine();
  readonly #series = new Map<string, Series>();
  /** The series of a table's accounts, by their ids: found without making a text of each line. */
  readonly #byAccount: (Series | undefined)[] = [];
  readonly #traces = new RoundTraces();
  readonly #gifts: Gifts;
  readonly #running: RunningBalances;
  readonly #kindFaults = new Faults();
  readonly #chainFaults = new Faults();
  readonly #sinceFaults = new Faults();
  #transfers = 0;
  #blocks = 0;

  constructor(book: AccountBook, since: Heads) {
    this.#book = book;
    this.#since = since;
    this.#gifts = new Gifts(book.balances.length);
    this.#running = new RunningBalances(book.balances.length);
  }

  readonly take = (bytes: Buffer, end: number): void => {
    for (let at = 0; at < end; ) {
      at = this.#line.read(bytes, at);
      this.#look();
    }
  };

  #look(): void {
    const line = this.#line;
    const id = line.integer("id");
    this.#transfers += 1;
    const fault = faultOf(line, this.#book);
    if (fault !== null) this.#kindFaults.add(`transfer ${id} (${line.text("kind")}) ${fault}`);
    this.#gifts.look(line);
    const series = this.#seriesOf(fault === null);
    this.#move(series);
    const { chain } = series;
    chain.add(id, line.bytes, [line.start, line.end]);
    if (!line.isNull("block")) this.#close(chain, id);
  }

  /** Moves the line's chips, and keeps what that did to an escrow and to a player. */
  #move({ escrow, traces }: Series): void {
    const line = this.#line;
    const debit = line.integer("debit");
    const credit = line.integer("credit");
    const amount = line.integer("amount");
    this.#running.move(debit, credit, amount);
    const change = movementOf(line)?.escrow ?? 0;
    if (change === 0) return;
    escrow.move(line.integer("round"), change * amount);
    const letter = letterOf(line);
    if (letter === undefined) return;
    traces.add(line, letter, this.#running.of(change > 0 ? debit : credit));
  }

  /** Where nothing is wrong with its accounts, one of them tells whose the transfer is. */
  #seriesOf(byAccount: boolean): Series {
    const line = this.#line;
    if (!byAccount) return this.#named(line.isNull("table") ? "" : line.text("table"));
    if (line.isNull("table")) return this.#named("");
    const debit = line.integer("debit");
    const ofTable = KINDS[this.#book.kindOf(debit)];
    const account = ofTable === "escrow" || ofTable === "house" ? debit : line.integer("credit");
    const found = this.#byAccount[account] ?? this.#named(line.text("table"));
    this.#byAccount[account] = found;
    return found;
  }

  #named(name: string): Series {
    const known = this.#series.get(name);
    if (known !== undefined) return known;
    const made = {
      chain: new Chain(name),
      escrow: new Escrow(),
      traces: this.#traces.of(name),
    };
    this.#series.set(name, made);
    return made;
  }

  #close(chain: Chain, id: number): void {
    const block = blockOf(this.#line.text("block"));
    this.#blocks += 1;
    const fault = chain.close(block);
    const where = nameOf(chain.name);
    if (fault !== null) {
      this.#chainFaults.add(`${where}: block ${block.number}, to transfer ${id}, ${fault}`);
    }
    const earlier = this.#since[chain.name];
    if (earlier?.blocks !== block.number) return;
    const { hash, transfers } = chain.head;
    if (earlier.hash === hash && earlier.transfers === transfers) return;
    this.#sinceFaults.add(`${where}: block ${block.number} is not what it was: it was rewritten`);
  }

  async end(client: PoolClient): Promise<TransfersAudit> {
    const all = [...this.#series.values()];
    for (const { chain } of all) {
      if (chain.pending === 0) continue;
      const after = `after block ${chain.head.blocks} ${chain.pending} transfers are in no block`;
      this.#chainFaults.add(`${nameOf(chain.name)}: ${after}`);
    }
    await this.#countBlocks(client);
    const left = new Map(all.map(({ chain, escrow }) => [chain.name, escrow.left()]));
    const { rows } = await client.query<{ counted: number }>(
      "SELECT count(*) AS counted FROM rounds",
    );
    const escrows = await escrowFaults(client, left);
    const lines = [
      this.#kindFaults.line("each transfer is between accounts of its kind", this.#transfers),
      await this.#gifts.line(client),
      escrows.line(
        "each finished round's escrow ends at zero, an unfinished one's at its stakes",
        rows[0]?.counted ?? 0,
      ),
      this.#chainFaults.line("the hashes of all transfers hold, chain by chain", this.#blocks),
      ...this.#sinceLines(),
    ];
    const heads = Object.fromEntries(all.map(({ chain }) => [chain.name, chain.head]));
    return { lines, heads, traces: this.#traces };
  }

  /** A block whose last transfer is gone was not met on the way. */
  async #countBlocks(client: PoolClient): Promise<void> {
    const { rows: counts } = await client.query<{ blocks: number }>(
      "SELECT count(*) AS blocks FROM ledger_blocks",
    );
    if (counts[0]?.blocks === this.#blocks) return;
    const { rows } = await client.query<{ chain: string; number: string; last: string }>(
      `SELECT chain, number::text, last_transfer_id::text AS last FROM ledger_blocks
       WHERE NOT EXISTS (SELECT FROM transfers WHERE id = last_transfer_id)
       ORDER BY chain, number LIMIT ${MOST_NAMED}`,
    );
    for (const { chain, number, last } of rows) {
      this.#chainFaults.add(`${nameOf(chain)}: block ${number} ends with ${last}, which is gone`);
    }
  }

  #sinceLines(): readonly AuditLine[] {
    const earlier = Object.entries(this.#since);
    if (earlier.length === 0) return [];
    for (const [name, { blocks }] of earlier) {
      const now = this.#series.get(name)?.chain.head.blocks ?? 0;
      if (now >= blocks) continue;
      this.#sinceFaults.add(
        `${nameOf(name)}: it had ${blocks} blocks and has ${now}: some are gone`,
      );
    }
    const check = "nothing was rewritten since the earlier audit";
    return [this.#sinceFaults.line(check, earlier.length)];
  }
}

const nameOf = (chain: string): string => (chain === "" ? "no table" : `table ${chain}`);

function blockOf(text: string): Block {
  const [number, firstId, transfers, previous = "", hash = "", ...chain] = text.split(" ");
  return {
    chain: chain.join(" "),
    number: Number(number),
    firstId: Number(firstId),
    transfers: Number(transfers),
    previous,
    hash,
  };
}
