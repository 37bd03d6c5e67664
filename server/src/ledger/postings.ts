/**
 * Deciding a batch of operations, in memory and in the order of their arrival, while the database
 * holds still what the decision rests on: the rounds, the balances, the operations known already.
 */
import { asChips } from "@croupier/shared/core/chips";
import type { Posting } from "@croupier/shared/core/table/effects";
import type { OperationAnswer } from "@croupier/shared/core/table/inputs";
import type { Lease } from "../tables/lease.ts";
import { StaleLeaseError } from "../tables/lease.ts";
import type { PostResult } from "../tables/store.ts";
import type { LockedAccounts } from "./accounts.ts";
import type { Transfer } from "./transfers.ts";

/** An operation that waits to be posted. */
export interface PostingEntry {
  readonly lease: Lease;
  readonly posting: Posting;
  /** SHA-256 of the posting's content. */
  readonly content: Buffer;
  /** Tells this asking from any other for the same op. */
  readonly ticket: string;
}

/** An operation that is in the log. */
export interface KnownOperation {
  readonly tableId: string;
  readonly content: Buffer;
  readonly ticket: string;
  readonly answer: OperationAnswer;
}

/** The operation is for a round that takes none: its host has a bug. */
class RoundNotOpenError extends Error {
  override readonly name = "RoundNotOpenError";
}

/** The operation is of somebody who has no account. */
class UnknownPlayerError extends Error {
  override readonly name = "UnknownPlayerError";
}

export interface BatchGround {
  readonly accounts: LockedAccounts;
  /** By {@link operationKey}. */
  readonly known: ReadonlyMap<string, KnownOperation>;
  /** The current epochs of the tables. */
  readonly epochs: ReadonlyMap<string, number>;
  /** By {@link roundKey}. */
  readonly openRounds: ReadonlySet<string>;
}

export interface AcceptedPosting extends PostingEntry {
  readonly balanceAfter: number;
}

export interface BatchDecision {
  /** One for each entry, in their order. */
  readonly results: readonly (PostResult | Error)[];
  /** To be added to the log, in this order. */
  readonly accepted: readonly AcceptedPosting[];
  readonly transfers: readonly Transfer[];
}

export const operationKey = (playerId: string, op: string): string => `${playerId} ${op}`;
export const roundKey = (tableId: string, round: number): string => `${tableId} ${round}`;

/** Decides `entries`; changes nothing by itself. */
export function decidePostings(
  entries: readonly PostingEntry[],
  ground: BatchGround,
): BatchDecision {
  const known = new Map(ground.known);
  const balances = new Map<string, number>();
  const accepted: AcceptedPosting[] = [];
  const transfers: Transfer[] = [];
  const results = entries.map((entry): PostResult | Error => {
    const { posting, lease } = entry;
    const { tableId } = lease;
    const { playerId, op, round } = posting;
    const key = operationKey(playerId, op);
    const earlier = known.get(key);
    if (earlier !== undefined) return recognise(entry, earlier);
    if (ground.epochs.get(tableId) !== lease.epoch) return new StaleLeaseError(lease);
    if (!ground.openRounds.has(roundKey(tableId, round))) {
      return new RoundNotOpenError(`round ${round} of table ${tableId} takes no operations`);
    }
    const account = ground.accounts.player(playerId);
    if (account === undefined) return new UnknownPlayerError(`player ${playerId} has no account`);
    const balance = balances.get(playerId) ?? account.balance;
    const balanceAfter = balance - posting.stakeChange;
    if (balanceAfter < 0) return { status: "insufficient", balance: asChips(balance) };
    balances.set(playerId, balanceAfter);
    const { content, ticket } = entry;
    known.set(key, { tableId, content, ticket, answer: answerTo(posting, balanceAfter) });
    accepted.push({ ...entry, balanceAfter });
    transfers.push(...transferOf(entry, ground.accounts));
    return { status: "posted", balance: asChips(balanceAfter) };
  });
  return { results, accepted, transfers };
}

/** The same chips at another table are another operation. */
export function isSame(
  one: Pick<KnownOperation, "tableId" | "content">,
  other: Pick<KnownOperation, "tableId" | "content">,
): boolean {
  return one.tableId === other.tableId && one.content.equals(other.content);
}

/** The same asking again learns that it was posted; another one, what that answered. */
function recognise(entry: PostingEntry, earlier: KnownOperation): PostResult {
  const { ticket, content, lease } = entry;
  const { answer } = earlier;
  if (earlier.ticket === ticket) return { status: "posted", balance: answer.balance };
  const sameContent = isSame(earlier, { tableId: lease.tableId, content });
  return { status: "already", sameContent, answer };
}

function answerTo(posting: Posting, balance: number): OperationAnswer {
  const { op, round, stakeAfter: stake, chipsAfter } = posting;
  const answer = { op, round, stake, balance: asChips(balance) };
  return chipsAfter === undefined ? answer : { ...answer, chips: chipsAfter };
}

/** Chips to the table's escrow or back; an operation that leaves the stake as it is moves none. */
function transferOf({ posting, lease }: PostingEntry, accounts: LockedAccounts): Transfer[] {
  const { tableId } = lease;
  const { playerId, round, op, stakeChange } = posting;
  const player = accounts.player(playerId);
  if (stakeChange === 0 || player === undefined) return [];
  const escrow = accounts.escrow(tableId);
  const [kind, debitId, creditId] =
    stakeChange > 0
      ? (["stake", player.id, escrow.id] as const)
      : (["release", escrow.id, player.id] as const);
  return [{ kind, debitId, creditId, amount: Math.abs(stakeChange), playerId, tableId, round, op }];
}
