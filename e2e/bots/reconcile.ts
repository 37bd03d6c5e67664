/**
 * A bot's notes held against its account: every acknowledged operation moved its chips exactly
 * once, every refused one none, every unanswered one at most once, and nothing moved that the bot
 * did not ask for.
 */
import type { Transfer } from "./books.ts";
import type { Operation } from "./journal.ts";

/** Everything that does not fit; empty where notes and ledger agree. */
export function ledgerFaults(
  operations: readonly Operation[],
  transfers: readonly Transfer[],
): readonly string[] {
  const faults: string[] = [];
  const byOp = new Map<string, Transfer[]>();
  for (const transfer of transfers) {
    if (transfer.op === null || !MOVES.includes(transfer.kind)) continue;
    const same = byOp.get(transfer.op) ?? [];
    byOp.set(transfer.op, [...same, transfer]);
  }
  for (const operation of operations) {
    const found = byOp.get(operation.op) ?? [];
    byOp.delete(operation.op);
    const fault = faultOf(operation, found);
    if (fault !== null) faults.push(`${operation.kind} ${operation.op}: ${fault}`);
  }
  for (const op of byOp.keys()) faults.push(`the ledger has ${op}, which was never sent`);
  return faults;
}

function faultOf(operation: Operation, found: readonly Transfer[]): string | null {
  const [transfer, ...more] = found;
  if (more.length > 0) return `${found.length} transfers`;
  switch (operation.outcome) {
    case "refused":
      return transfer === undefined ? null : "refused, but chips moved";
    case "unknown":
      return null;
    case "acknowledged": {
      if (transfer === undefined) {
        return operation.stakeChange === 0 ? null : "acknowledged, but no chips moved";
      }
      if (transfer.round !== operation.round) {
        return `acknowledged in round ${operation.round}, moved in ${transfer.round}`;
      }
      if (operation.stakeChange !== null && transfer.amount !== -operation.stakeChange) {
        return `acknowledged ${operation.stakeChange}, moved ${-transfer.amount}`;
      }
      return null;
    }
  }
}

/** The kinds of transfers that an operation makes. */
const MOVES: readonly string[] = ["stake", "release"];

/** What the player was given outside the game after the transfer `since`. */
export function grantsSince(transfers: readonly Transfer[], since: number): number {
  return transfers
    .filter((transfer) => transfer.id > since && GRANTS.includes(transfer.kind))
    .reduce((sum, transfer) => sum + transfer.amount, 0);
}

/** The kinds of transfers that give chips outside the game. */
const GRANTS: readonly string[] = ["grant", "daily"];
