/**
 * One pass over all rounds with their operations and bets: the operations are what the transfers did,
 * the bets what the operations left on the felt, the payouts what the bets brought, and each record
 * is sound.
 *
 * The pass says quickly that all of it holds. Where something does not, the database is asked for
 * each thing by name, which takes its time: it is the slow way that decides what is a fault.
 */
import type { PoolClient } from "pg";
import type { AuditLine, SqlCheck } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";
import { readLines } from "./copyOut.ts";
import { Faults } from "./faults.ts";
import type { RoundId } from "./records.ts";
import { recordFaults } from "./records.ts";
import type { LoggedChange, RoundLine } from "./roundLines.ts";
import { ROUNDS, readRound } from "./roundLines.ts";
import { LAYOUTS_CHECK, OPERATIONS_CHECK, PAYOUTS_CHECK } from "./rounds.ts";
import type { RoundTraces } from "./roundTraces.ts";
import { traceHash, traceLine } from "./roundTraces.ts";
import type { ReturnedBet } from "./soundRecord.ts";
import { isSoundRecord } from "./soundRecord.ts";
import { lookUp } from "./sqlCheck.ts";

type Changes = readonly (readonly [spot: string, amount: number])[];

/** Texts of changes that are kept parsed: the same few come again and again. */
const MOST_PARSED = 20_000;

/** The lines of the checks of rounds; `traces` are of all transfers. */
export async function auditRounds(
  client: PoolClient,
  traces: RoundTraces,
): Promise<readonly AuditLine[]> {
  const pass = new RoundsPass(traces);
  await readLines(client, ROUNDS, pass.take);
  return pass.end(client);
}

class RoundsPass {
  readonly #traces: RoundTraces;
  readonly #parsed = new Map<string, Changes>();
  readonly #suspects: RoundId[] = [];
  #movesHold = true;
  #layoutsHold = true;
  #finished = 0;
  #operations = 0;
  #bets = 0;
  #paid = 0;

  constructor(traces: RoundTraces) {
    this.#traces = traces;
  }

  readonly take = (bytes: Buffer, end: number): void => {
    const lines = bytes.toString("utf8", 0, end).split("\n");
    // The text ends with a newline, so the last one is empty.
    lines.pop();
    for (const line of lines) this.#look(readRound(line));
  };

  #look(line: RoundLine): void {
    const { tableId, round, finished, log, bets } = line;
    this.#operations += log.length;
    this.#bets += bets.length;
    this.#movesHold &&= this.#traces.take(tableId, round) === this.#expectedTrace(line);
    this.#layoutsHold &&= finished === null ? bets.length === 0 : this.#isLayout(log, bets);
    if (finished === null) return;
    this.#finished += 1;
    if (this.#suspects.length < MOST_NAMED && !isSoundRecord(finished)) {
      this.#suspects.push({ tableId, round });
    }
  }

  /** What players' chips must have done in the round, as the hash of its trace. */
  #expectedTrace({ log, bets, finished }: RoundLine): string | undefined {
    let text = "";
    for (const { playerId, op, stakeChange } of log) {
      if (stakeChange === 0) continue;
      const letter = stakeChange > 0 ? "s" : "r";
      text += traceLine(letter, Math.abs(stakeChange), `${playerId}\t${op}`);
    }
    const letter = finished?.status === "void" ? "v" : "p";
    let place = 0;
    while (place < bets.length) {
      const { playerId } = bets[place] as ReturnedBet;
      let returned = 0;
      for (; bets[place]?.playerId === playerId; place += 1) returned += bets[place]?.returned ?? 0;
      this.#paid += 1;
      if (returned > 0) text += traceLine(letter, returned, playerId);
    }
    return text === "" ? undefined : traceHash(text);
  }

  #isLayout(log: readonly LoggedChange[], bets: readonly ReturnedBet[]): boolean {
    const layout = new Map<string, number>();
    for (const { playerId, changes } of log) {
      for (const [spot, amount] of this.#parse(changes)) {
        const key = `${playerId} ${spot}`;
        const sum = (layout.get(key) ?? 0) + amount;
        if (sum === 0) layout.delete(key);
        else layout.set(key, sum);
      }
    }
    return (
      layout.size === bets.length &&
      bets.every(({ playerId, spot, amount }) => layout.get(`${playerId} ${spot}`) === amount)
    );
  }

  #parse(text: string): Changes {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const changes: Changes = JSON.parse(text);
    if (this.#parsed.size >= MOST_PARSED) this.#parsed.clear();
    this.#parsed.set(text, changes);
    return changes;
  }

  async end(client: PoolClient): Promise<readonly AuditLine[]> {
    await this.#count(client);
    const records = await recordFaults(client, this.#suspects);
    const moves = this.#movesHold && this.#traces.empty;
    const line = (holds: boolean, asked: SqlCheck, counted: number) =>
      holds ? new Faults().line(asked.check, counted) : lookUp(client, asked);
    return [
      await line(moves, OPERATIONS_CHECK, this.#operations),
      await line(this.#layoutsHold, LAYOUTS_CHECK, this.#finished),
      await line(moves && this.#layoutsHold, PAYOUTS_CHECK, this.#paid),
      records.line(
        "each finished round's outcome and payouts follow from its record",
        this.#finished,
      ),
    ];
  }

  /** What belongs to no round was not met on the way. */
  async #count(client: PoolClient): Promise<void> {
    const { rows } = await client.query<{ operations: number; bets: number }>(
      `SELECT (SELECT count(*) FROM operations) AS operations, (SELECT count(*) FROM bets) AS bets`,
    );
    this.#movesHold &&= rows[0]?.operations === this.#operations;
    this.#layoutsHold &&= rows[0]?.operations === this.#operations && rows[0].bets === this.#bets;
  }
}
