/** A line for each round, with its operations and bets, for COPY. */
import { IS_AS_ASKED } from "./asked.ts";
import { parsed } from "./changes.ts";
import type { FinishedRound, ReturnedBet } from "./soundRecord.ts";

/** What no id and no JSON holds, and COPY does not escape. */
const [FIELD, ROW] = ["\x1f", "\x1e"];

/**
 * The operations and bets of a round are found by index, round by round: that is work for more than
 * one connection, of which each takes its part of the rounds.
 */
export const partOfRounds = (
  part: number,
  parts: number,
): string => `SELECT rounds.table_id, rounds.round, status, wheel, zero_rule,
    encode(commitment, 'hex'), encode(seed, 'hex'), entropy, client_seeds, bets_digest, pocket, reason,
    opened_at <= coalesce(locked_at, opened_at) AND coalesce(locked_at, opened_at) <= settled_at,
    log, felt
  FROM rounds
    LEFT JOIN LATERAL (
      SELECT string_agg(player_id || E'\\x1f' || op || E'\\x1f' || stake_change || E'\\x1f' || stake_after
          || E'\\x1f' || balance_after || E'\\x1f' || (${IS_AS_ASKED} IS TRUE)::text || E'\\x1f' || changes,
        E'\\x1e' ORDER BY seq) AS log
      FROM operations
      WHERE operations.table_id = rounds.table_id AND operations.round = rounds.round
    ) AS logs ON true
    LEFT JOIN LATERAL (
      SELECT string_agg(player_id || E'\\x1f' || spot || E'\\x1f' || amount || E'\\x1f' || returned,
        E'\\x1e' ORDER BY player_id, spot) AS felt
      FROM bets WHERE bets.table_id = rounds.table_id AND bets.round = rounds.round
    ) AS felts ON true
  WHERE rounds.round % ${parts} = ${part}`;

export interface RoundLine {
  readonly tableId: string;
  readonly round: number;
  /** Null where the round is not finished. */
  readonly finished: FinishedRound | null;
  readonly log: Log;
  readonly bets: readonly ReturnedBet[];
}

export function readRound(line: string): RoundLine {
  const fields = line.split("\t");
  const [tableId = "", round, status, wheel, zeroRule, commitment, seed, entropy] = fields;
  const [clientSeeds = "[]", betsDigest, pocket, reason, inOrder, log, felt] = fields.slice(8);
  const bets = readBets(orNull(felt) ?? "");
  const base = { tableId, round: Number(round), bets };
  const finished =
    status !== "settled" && status !== "void"
      ? null
      : ({
          ...{ ...base, status, wheel, zeroRule, commitment, seed, entropy, betsDigest },
          clientSeeds: parsed(clientSeeds),
          pocket: orNull(pocket),
          reason: orNull(reason),
          inOrder: inOrder === "t",
          // Of another wheel than there is, or with other seeds, its form is found to be wrong.
        } as FinishedRound);
  return { ...base, finished, log: new Log(orNull(log) ?? "") };
}

function orNull(field: string | undefined): string | null {
  return field === undefined || field === "\\N" ? null : field;
}

/** Reads fields that end with a separator one after the other; of millions, so it makes no lists. */
class Fields {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get left(): boolean {
    return this.#at < this.#text.length;
  }

  next(separator: string): string {
    const end = this.#text.indexOf(separator, this.#at);
    const field = this.#text.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return field;
  }
}

function readBets(text: string): ReturnedBet[] {
  const bets: ReturnedBet[] = [];
  for (const fields = new Fields(text); fields.left; ) {
    bets.push({
      playerId: fields.next(FIELD),
      spot: fields.next(FIELD),
      amount: Number(fields.next(FIELD)),
      returned: Number(fields.next(ROW)),
    });
  }
  return bets;
}

export interface LoggedChange {
  readonly playerId: string;
  readonly op: string;
  readonly stakeChange: number;
  /** What the player then had on the table, and beside it; the second as digits. */
  readonly stakeAfter: number;
  readonly balanceAfter: string;
  /** The log's hash of what was asked for is of what it says. */
  readonly asAsked: boolean;
  /** JSON: what it changed on each spot. */
  readonly changes: string;
}

/** The operations of a round, in their order. */
export class Log {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  forEach(look: (change: LoggedChange) => void): void {
    for (const fields = new Fields(this.#text); fields.left; ) {
      look({
        playerId: fields.next(FIELD),
        op: fields.next(FIELD),
        stakeChange: Number(fields.next(FIELD)),
        stakeAfter: Number(fields.next(FIELD)),
        balanceAfter: fields.next(FIELD),
        asAsked: fields.next(FIELD) === "true",
        changes: fields.next(ROW),
      });
    }
  }
}
