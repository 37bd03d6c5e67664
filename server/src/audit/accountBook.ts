/**
 * All accounts in typed arrays, by their ids: what a pass over all transfers looks up twice for each.
 *
 * Ids come from a sequence and are nearly dense, so an array costs little more than the accounts do.
 */
import type { PoolClient } from "pg";
import { readLines } from "./copyOut.ts";

export const KINDS = ["", "issuer", "house", "escrow", "player"] as const;

/** An account's kind as its place in {@link KINDS}; 0: there is no such account. */
export type KindCode = number;

/**
 * The highest id that one of so many accounts can have. An array up to one that somebody made up would take
 * all time and memory. A sequence also counts tries: a table that is prepared once more takes two ids for
 * nothing, so a small house has some to spare, which cost it 70 MiB and a second at most.
 */
const mostIdOf = (accounts: number): number => Math.max(2 ** 24, 16 * accounts);

/** As the query below has them. */
type Row = readonly string[];

const idOf = ([id = "0"]: Row): number => Number(id);

export class AccountBook {
  readonly count: number;
  readonly balances: Float64Array;
  readonly #kinds: Uint8Array;
  /** The bytes of each owner's id, a player's or a table's, from one start to the next. */
  readonly #owners: Buffer;
  readonly #starts: Uint32Array;
  /** What is wrong with ids that no sequence gives; such an account is not there for anything else. */
  readonly idFaults: readonly string[];

  private constructor(all: readonly Row[]) {
    const mostId = mostIdOf(all.length);
    const canBe = (row: Row): boolean => idOf(row) > 0 && idOf(row) <= mostId;
    const rows = all.filter(canBe);
    this.idFaults = all
      .filter((row) => !canBe(row))
      .map(
        ([id, kind, , owner]) => `account ${kind} ${owner} has the id ${id}, which none can have`,
      );
    const size = 1 + idOf(rows.at(-1) ?? []);
    this.count = all.length;
    this.balances = new Float64Array(size);
    this.#kinds = new Uint8Array(size);
    this.#starts = new Uint32Array(size + 1);
    const owners = rows.map(([, , , owner = ""]) => Buffer.from(owner));
    this.#owners = Buffer.concat(owners);
    let start = 0;
    let next = 0;
    rows.forEach((row, index) => {
      const [, kind = "", balance] = row;
      const id = idOf(row);
      this.#starts.fill(start, next, id + 1);
      next = id + 1;
      start += owners[index]?.length ?? 0;
      this.#kinds[id] = KINDS.indexOf(kind as (typeof KINDS)[number]);
      this.balances[id] = Number(balance);
    });
    this.#starts.fill(start, next);
  }

  static async read(client: PoolClient): Promise<AccountBook> {
    const rows: string[][] = [];
    const query = `SELECT id, kind, balance, coalesce(table_id, player_id, '') FROM accounts
      ORDER BY id`;
    await readLines(client, query, (bytes, end) => {
      const lines = bytes.toString("utf8", 0, end).split("\n");
      for (const line of lines.slice(0, -1)) rows.push(line.split("\t"));
    });
    return new AccountBook(rows);
  }

  kindOf(id: number): KindCode {
    return this.#kinds[id] ?? 0;
  }

  /** Whether the account's owner is named by these bytes. */
  isOwner(id: number, bytes: Buffer, [start, end]: readonly [number, number]): boolean {
    const first = this.#starts[id] as number;
    const length = (this.#starts[id + 1] as number) - first;
    if (length !== end - start) return false;
    for (let index = 0; index < length; index += 1) {
      if (bytes[start + index] !== this.#owners[first + index]) return false;
    }
    return true;
  }

  /** For people. */
  nameOf(id: number): string {
    const owner = this.#owners.toString("utf8", this.#starts[id], this.#starts[id + 1]);
    return [KINDS[this.kindOf(id)], owner].filter((part) => part !== "").join(" ");
  }
}
