/**
 * A line of the stream of all transfers, read from its bytes.
 *
 * id ⇥ block that it ends, or \N ⇥ kind ⇥ debit ⇥ credit ⇥ amount ⇥ player ⇥ table ⇥ round ⇥ op ⇥ time
 *
 * From the kind to the end it is, byte for byte, what the chains of hashes are made of.
 */

/** For COPY, in the order in which transfers were added. */
export const TRANSFERS = `SELECT transfers.id,
    number || ' ' || first_transfer_id || ' ' || ledger_blocks.transfers || ' '
      || encode(previous, 'hex') || ' ' || encode(hash, 'hex') || ' ' || chain,
    kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at
  FROM transfers LEFT JOIN ledger_blocks ON last_transfer_id = transfers.id ORDER BY transfers.id`;

/** How COPY has to write times for it. */
export const CANONICAL = "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'";

const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;
const [ZERO, NINE] = [48, 57];
const FIELDS = {
  id: 0,
  block: 1,
  kind: 2,
  debit: 3,
  credit: 4,
  amount: 5,
  player: 6,
  table: 7,
  round: 8,
  op: 9,
  time: 10,
};
const COUNT = 11;

export type Field = keyof typeof FIELDS;

/** One line at a time: what it answers is of the line that was read last. */
export class TransferLine {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the line ends, at its newline. */
  end = 0;
  readonly #starts = new Uint32Array(COUNT + 1);

  /** Reads the line that begins at `start`; answers where the next one begins. */
  read(bytes: Buffer, start: number): number {
    this.bytes = bytes;
    const starts = this.#starts;
    let field = 1;
    let at = start;
    starts[0] = start;
    for (let byte = bytes[at++] as number; byte !== NEWLINE; byte = bytes[at++] as number) {
      if (byte === TAB) starts[field++] = at;
    }
    // Each field ends one byte before the next one starts.
    starts[field] = at;
    this.end = at - 1;
    return at;
  }

  /** Where the part begins that is hashed. */
  get start(): number {
    return this.#starts[FIELDS.kind] as number;
  }

  startOf(field: Field): number {
    return this.#starts[FIELDS[field]] as number;
  }

  endOf(field: Field): number {
    return (this.#starts[FIELDS[field] + 1] as number) - 1;
  }

  isNull(field: Field): boolean {
    return this.bytes[this.startOf(field)] === BACKSLASH;
  }

  text(field: Field): string {
    return this.bytes.toString("utf8", this.startOf(field), this.endOf(field));
  }

  /** A field of digits as a number; not a number where it is something else. */
  integer(field: Field): number {
    const end = this.endOf(field);
    let value = 0;
    for (let at = this.startOf(field); at < end; at += 1) {
      const byte = this.bytes[at] as number;
      if (byte < ZERO || byte > NINE) return Number.NaN;
      value = value * 10 + byte - ZERO;
    }
    return value;
  }
}
