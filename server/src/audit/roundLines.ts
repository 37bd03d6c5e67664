/** A line for each round, with its operations and bets, for COPY. */
import type { FinishedRound, ReturnedBet } from "./soundRecord.ts";

/** What no id and no JSON holds, and COPY does not escape. */
const [FIELD, ROW] = ["\x1f", "\x1e"];

/** The operations and bets of a round are found by index, round by round. */
export const ROUNDS = `SELECT rounds.table_id, rounds.round, status, wheel, zero_rule,
    encode(commitment, 'hex'), encode(seed, 'hex'), entropy, client_seeds, bets_digest, pocket, reason,
    opened_at <= coalesce(locked_at, opened_at) AND coalesce(locked_at, opened_at) <= settled_at,
    log, felt
  FROM rounds
    LEFT JOIN LATERAL (
      SELECT string_agg(player_id || E'\\x1f' || op || E'\\x1f' || stake_change || E'\\x1f' || changes,
        E'\\x1e' ORDER BY seq) AS log
      FROM operations
      WHERE operations.table_id = rounds.table_id AND operations.round = rounds.round
    ) AS logs ON true
    LEFT JOIN LATERAL (
      SELECT string_agg(player_id || E'\\x1f' || spot || E'\\x1f' || amount || E'\\x1f' || returned,
        E'\\x1e' ORDER BY player_id, spot) AS felt
      FROM bets WHERE bets.table_id = rounds.table_id AND bets.round = rounds.round
    ) AS felts ON true`;

export interface LoggedChange {
  readonly playerId: string;
  readonly op: string;
  readonly stakeChange: number;
  /** JSON: what it changed on each spot. */
  readonly changes: string;
}

export interface RoundLine {
  /** Null where the round is not finished. */
  readonly finished: FinishedRound | null;
  readonly tableId: string;
  readonly round: number;
  readonly log: readonly LoggedChange[];
  readonly bets: readonly ReturnedBet[];
}

export function readRound(line: string): RoundLine {
  const fields = line.split("\t");
  const [tableId = "", round, status, wheel, zeroRule, commitment, seed, entropy] = fields;
  const [clientSeeds = "[]", betsDigest, pocket, reason, inOrder, log, felt] = fields.slice(8);
  const bets = rowsOf(felt).map(readBet);
  const base = { tableId, round: Number(round), bets };
  const finished =
    status !== "settled" && status !== "void"
      ? null
      : ({
          ...{ ...base, status, wheel, zeroRule, commitment, seed, entropy, betsDigest },
          clientSeeds: JSON.parse(clientSeeds),
          pocket: orNull(pocket),
          reason: orNull(reason),
          inOrder: inOrder === "t",
          // Of another wheel than there is, its form is found to be wrong.
        } as FinishedRound);
  return { ...base, finished, log: rowsOf(log).map(readChange) };
}

function orNull(field: string | undefined): string | null {
  return field === undefined || field === "\\N" ? null : field;
}

function rowsOf(field: string | undefined): string[] {
  return orNull(field)?.split(ROW) ?? [];
}

function readBet(row: string): ReturnedBet {
  const [playerId = "", spot = "", amount, returned] = row.split(FIELD);
  return { playerId, spot, amount: Number(amount), returned: Number(returned) };
}

function readChange(row: string): LoggedChange {
  const [playerId = "", op = "", stakeChange, changes = "[]"] = row.split(FIELD);
  return { playerId, op, stakeChange: Number(stakeChange), changes };
}
