/**
 * What the issuer gave to players: one grant in a player's life, and daily chips once a day of UTC.
 *
 * The pass over all transfers keeps one day for each account, which says quickly that all is well while
 * days grow. Where they do not, the database is asked who got what: only that decides.
 */
import type { PoolClient } from "pg";
import type { AuditLine, SqlCheck } from "./checks.ts";
import { Faults } from "./faults.ts";
import { lookUp } from "./sqlCheck.ts";
import type { TransferLine } from "./transferLines.ts";

const GIFTS_CHECK: SqlCheck = {
  check: "the issuer gave each player one grant, and daily chips once a day",
  count: "SELECT count(*) AS counted FROM transfers WHERE kind IN ('grant', 'daily')",
  faults: `SELECT format('player %s got %s %s times%s', min(player_id),
      CASE kind WHEN 'grant' THEN 'a grant' ELSE 'daily chips' END, count(*), ' on ' || day) AS fault
    FROM (
      SELECT kind, credit_id, player_id,
        CASE kind WHEN 'daily' THEN (created_at AT TIME ZONE 'UTC')::date END AS day
      FROM transfers WHERE kind IN ('grant', 'daily')
    ) AS gifts
    GROUP BY kind, credit_id, day HAVING count(*) > 1`,
};

const G = "g".charCodeAt(0);
const D = "d".charCodeAt(0);
const ZERO = 48;
/** Places of the digits in `2026-03-01`. */
const DIGITS = [0, 1, 2, 3, 5, 6, 8, 9];

export class Gifts {
  readonly #granted: Uint8Array;
  /** The last day on which an account got daily chips, as a number like 20260301. */
  readonly #lastDay: Uint32Array;
  #counted = 0;
  #hold = true;

  /** @param accounts ids are below this */
  constructor(accounts: number) {
    this.#granted = new Uint8Array(accounts);
    this.#lastDay = new Uint32Array(accounts);
  }

  /** Looks at any transfer that was added, in their order. */
  look(line: TransferLine): void {
    const letter = line.bytes[line.start];
    if (letter !== G && letter !== D) return;
    const account = line.integer("credit");
    this.#counted += 1;
    if (letter === G) {
      this.#hold &&= this.#granted[account] === 0;
      this.#granted[account] = 1;
      return;
    }
    const day = dayOf(line);
    this.#hold &&= day > (this.#lastDay[account] ?? Number.POSITIVE_INFINITY);
    this.#lastDay[account] = day;
  }

  line(client: PoolClient): Promise<AuditLine> | AuditLine {
    return this.#hold
      ? new Faults().line(GIFTS_CHECK.check, this.#counted)
      : lookUp(client, GIFTS_CHECK);
  }
}

function dayOf(line: TransferLine): number {
  const start = line.startOf("time");
  let day = 0;
  for (const place of DIGITS) day = day * 10 + (line.bytes[start + place] as number) - ZERO;
  return day;
}
