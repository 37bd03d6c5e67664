/**
 * One pass over all rounds with their operations and bets: the log of operations adds up, they are what
 * the transfers did, the bets what the operations left on the felt, the payouts what the bets brought,
 * and each record is sound.
 *
 * The pass says quickly that all of it holds. Where something does not, the database is asked for
 * each thing by name, which takes its time: it is the slow way that decides what is a fault.
 */
import type { PoolClient } from "pg";
import { ASKED_CHECK } from "./asked.ts";
import { changesOf } from "./changes.ts";
import type { AuditLine, SqlCheck } from "./checks.ts";
import { MOST_NAMED } from "./checks.ts";
import { readLines } from "./copyOut.ts";
import { Faults } from "./faults.ts";
import type { RoundId } from "./records.ts";
import { recordFaults } from "./records.ts";
import type { RoundLine } from "./roundLines.ts";
import { partOfRounds, readRound } from "./roundLines.ts";
import { LAYOUTS_CHECK, LOGS_CHECK, OPERATIONS_CHECK, PAYOUTS_CHECK } from "./rounds.ts";
import type { RoundTraces } from "./roundTraces.ts";
import { traceHash, traceLine } from "./roundTraces.ts";
import type { ReturnedBet } from "./soundRecord.ts";
import { isSoundRecord } from "./soundRecord.ts";
import { lookUp } from "./sqlCheck.ts";

/** Each round is read once, so nothing of it is worth keeping; its index has it in order. */
const ONCE_EACH = "SET LOCAL enable_memoize = off; SET LOCAL enable_bitmapscan = off";
const AS_USUAL = "SET LOCAL enable_memoize TO DEFAULT; SET LOCAL enable_bitmapscan TO DEFAULT";

/** The lines of the checks of rounds; `clients` see the same, `traces` are of all transfers. */
export async function auditRounds(
  clients: readonly [PoolClient, ...PoolClient[]],
  traces: RoundTraces,
): Promise<readonly AuditLine[]> {
  const pass = new RoundsPass(traces);
  const parts = clients.length;
  const read = async (client: PoolClient, part: number) => {
    await client.query(ONCE_EACH);
    await readLines(client, partOfRounds(part, parts), pass.take);
    await client.query(AS_USUAL);
  };
  await Promise.all(clients.map(read));
  return pass.end(clients[0]);
}

class RoundsPass {
  readonly #traces: RoundTraces;
  readonly #suspects: RoundId[] = [];
  #logsHold = true;
  #allAsAsked = true;
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
    const layout = new Map<string, number>();
    const stakes = new Map<string, number>();
    let trace = "";
    log.forEach(({ playerId, op, stakeChange, stakeAfter, balanceAfter, asAsked, changes }) => {
      this.#operations += 1;
      this.#allAsAsked &&= asAsked;
      const letter = stakeChange > 0 ? "s" : "r";
      trace += traceLine(letter, Math.abs(stakeChange), `${playerId}\t${op}\t${balanceAfter}`);
      const changed = place(layout, playerId, changes);
      const stake = (stakes.get(playerId) ?? 0) + stakeChange;
      stakes.set(playerId, stake);
      this.#logsHold &&= changed === stakeChange && changed !== 0 && stake === stakeAfter;
    });
    this.#bets += bets.length;
    trace += this.#payouts(bets, finished?.status === "void" ? "v" : "p");
    const moved = trace === "" ? undefined : traceHash(trace);
    this.#movesHold &&= this.#traces.take(tableId, round) === moved;
    this.#layoutsHold &&= finished === null ? bets.length === 0 : isLayout(layout, bets);
    if (finished === null) return;
    this.#finished += 1;
    if (this.#suspects.length < MOST_NAMED && !isSoundRecord(finished)) {
      this.#suspects.push({ tableId, round });
    }
  }

  /** What the bets bring, in the order of players, as it must be in the round's trace. */
  #payouts(bets: readonly ReturnedBet[], letter: "p" | "v"): string {
    let trace = "";
    let index = 0;
    while (index < bets.length) {
      const { playerId } = bets[index] as ReturnedBet;
      let returned = 0;
      for (; bets[index]?.playerId === playerId; index += 1) returned += bets[index]?.returned ?? 0;
      this.#paid += 1;
      if (returned > 0) trace += traceLine(letter, returned, playerId);
    }
    return trace;
  }

  async end(client: PoolClient): Promise<readonly AuditLine[]> {
    await this.#count(client);
    const records = await recordFaults(client, this.#suspects);
    const moves = this.#movesHold && this.#traces.empty;
    const line = (holds: boolean, asked: SqlCheck, counted: number) =>
      holds ? new Faults().line(asked.check, counted) : lookUp(client, asked);
    return [
      await line(this.#logsHold, LOGS_CHECK, this.#operations),
      await line(this.#allAsAsked, ASKED_CHECK, this.#operations),
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
    const allMet = rows[0]?.operations === this.#operations;
    this.#logsHold &&= allMet;
    this.#allAsAsked &&= allMet;
    this.#movesHold &&= allMet;
    this.#layoutsHold &&= allMet && rows[0]?.bets === this.#bets;
  }
}

/** `[["red", 5]]`: what nearly all operations are, read without making lists. */
const ONE_CHANGE = /^\[\["([^"\\]+)", (-?\d+)\]\]$/;

/** Answers how many chips more there are on the felt; NaN where no such changes can be. */
function place(layout: Map<string, number>, playerId: string, changes: string): number {
  const one = ONE_CHANGE.exec(changes);
  if (one !== null) return add(layout, `${playerId} ${one[1]}`, Number(one[2]));
  const listed = changesOf(changes);
  if (listed === null) return Number.NaN;
  let changed = 0;
  for (const [spot, amount] of listed) {
    changed += add(layout, `${playerId} ${spot}`, amount);
  }
  return changed;
}

function add(layout: Map<string, number>, key: string, amount: number): number {
  const sum = (layout.get(key) ?? 0) + amount;
  if (sum === 0) layout.delete(key);
  else layout.set(key, sum);
  return amount;
}

function isLayout(layout: ReadonlyMap<string, number>, bets: readonly ReturnedBet[]): boolean {
  return (
    layout.size === bets.length &&
    bets.every(({ playerId, spot, amount }) => layout.get(`${playerId} ${spot}`) === amount)
  );
}
