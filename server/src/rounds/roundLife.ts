/**
 * The turns of a round in the database. Each is one transaction, and each may be asked for again:
 * what is done already answers as it did the first time. Each holds the table's lease first, and is
 * refused where that has passed to somebody else.
 */
import { assert } from "@croupier/shared/core/assert";
import type { Chips } from "@croupier/shared/core/chips";
import { addChips, asChips } from "@croupier/shared/core/chips";
import { commitmentOf } from "@croupier/shared/core/fairness";
import type { SettledBet } from "@croupier/shared/core/table/effects";
import type { Payout } from "@croupier/shared/core/types";
import type { PoolClient } from "pg";
import type { OpeningRound, SettlingRound, TableStore } from "../tables/store.ts";
import { emptyRound } from "./finishRound.ts";
import { digestOf, loggedDigest, readLayout, writtenDigest } from "./layout.ts";
import type { LeasedTurns } from "./turns.ts";

type Locking = Parameters<TableStore["lockRound"]>[0];
type Voiding = Parameters<TableStore["voidRound"]>[0];
type RoundId = Pick<SettlingRound, "tableId" | "round">;

/** Characters of the reason of a void round, in one line. */
const REASON_LENGTH = 500;

/**
 * Inserts the round as open, right after the table's last one; `commitment` is the public one. Answers
 * when it was opened, in epoch milliseconds.
 */
export function openRound(
  { turns, lease }: LeasedTurns,
  opening: OpeningRound,
  commitment: Buffer,
): Promise<number> {
  return turns.take(lease, async (client) => {
    const { tableId, round, entropy } = opening;
    const before = await openedBefore(client, opening);
    if (before !== null) return before;
    const { rowCount } = await client.query(
      `INSERT INTO rounds (table_id, round, status, wheel, zero_rule, commitment, entropy,
         client_seeds, opened_at, epoch) VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT DO NOTHING`,
      [
        tableId,
        round,
        opening.wheel,
        opening.zeroRule,
        commitment,
        entropy,
        JSON.stringify(opening.clientSeeds),
        new Date(opening.openedAt),
        lease.epoch,
      ],
    );
    if (rowCount === 1) return opening.openedAt;
    // An earlier asking was on its way still, and arrived while this one waited for it.
    const meanwhile = await openedBefore(client, opening);
    assert(meanwhile !== null, `round ${round} is not the table's next`);
    return meanwhile;
  });
}

interface LastRound {
  readonly round: number;
  readonly status: string;
  readonly entropy: string;
  readonly opened_at: Date;
}

/** When the round was opened, as is asked for now; null where it was not, and is the next one. */
async function openedBefore(
  client: PoolClient,
  { tableId, round, entropy }: OpeningRound,
): Promise<number | null> {
  const { rows } = await client.query<LastRound>(
    `SELECT round, status, entropy, opened_at FROM rounds WHERE table_id = $1
     ORDER BY round DESC LIMIT 1`,
    [tableId],
  );
  const last = rows[0];
  if (last?.round === round) {
    assert(last.status === "open" && last.entropy === entropy, `round ${round} is another one`);
    return last.opened_at.getTime();
  }
  assert(round === (last?.round ?? 0) + 1, `round ${round} does not follow ${last?.round ?? 0}`);
  return null;
}

/**
 * Ends betting: from here on nothing is posted to the round. The bets are those of the log, which
 * nothing is added to while the round is held: a process that remembers others is refused.
 */
export function lockRound({ turns, lease }: LeasedTurns, locking: Locking): Promise<void> {
  return turns.take(lease, async (client) => {
    const { tableId, round, betsDigest, lockedAt } = locking;
    const known = await holdRound(client, locking);
    if (known.status === "open") {
      const logged = await loggedDigest(client, locking);
      assert(logged === betsDigest, `round ${round} has other bets than its operations`);
      await client.query("SELECT lock_round($1, $2, $3, $4, $5)", [
        tableId,
        round,
        lease.epoch,
        betsDigest,
        new Date(lockedAt),
      ]);
      return;
    }
    assert(known.betsDigest === betsDigest, `round ${round} was locked with other bets`);
  });
}

/** Settles a locked round, with the bets of its lock; answers the balance of everyone with a stake. */
export function settleRound(
  { turns, lease }: LeasedTurns,
  settling: SettlingRound,
): Promise<ReadonlyMap<string, Chips>> {
  return turns.take(lease, async (client) => {
    const { tableId, round, seed, pocket, bets, payouts, settledAt } = settling;
    const known = await holdRound(client, settling);
    if (known.status === "settled") {
      assert(known.pocket === pocket, `round ${round} was settled with pocket ${known.pocket}`);
      return readBalances(client, settling);
    }
    assert(known.status === "locked", `round ${round} is ${known.status} and cannot be settled`);
    assert(commitmentOf(seed) === known.commitment, `this is not the seed of round ${round}`);
    await emptyRound(client, {
      tableId,
      round,
      kind: "payout",
      bets,
      payouts,
      at: settledAt,
    });
    const written = await writtenDigest(client, settling);
    assert(written === known.betsDigest, `round ${round} was locked with other bets`);
    await client.query("SELECT settle_round($1, $2, $3, $4, $5, $6)", [
      tableId,
      round,
      lease.epoch,
      pocket,
      Buffer.from(seed, "hex"),
      new Date(settledAt),
    ]);
    return readBalances(client, settling);
  });
}

interface VoidedRound {
  readonly balances: ReadonlyMap<string, Chips>;
  readonly stakes: ReadonlyMap<string, Chips>;
}

/** Gives every stake of an unfinished round back, as the log of operations has them. */
export function voidRound(
  { turns, lease }: LeasedTurns,
  voiding: Voiding,
  seed: Buffer,
): Promise<VoidedRound> {
  return turns.take(lease, async (client) => {
    const { tableId, round, reason, voidedAt } = voiding;
    const known = await holdRound(client, voiding);
    assert(known.status !== "settled", `round ${round} is settled and cannot be void`);
    if (known.status === "void") {
      const [balances, stakes] = [
        await readBalances(client, voiding),
        await readStakes(client, voiding),
      ];
      return { balances, stakes };
    }
    const layout = await readLayout(client, voiding);
    const bets = layout.map((placed) => ({ ...placed, returned: placed.amount }));
    const payouts = stakesOf(bets);
    const end = { tableId, round, kind: "void", bets, payouts, at: voidedAt } as const;
    await emptyRound(client, end);
    await client.query("SELECT void_round($1, $2, $3, $4, $5, $6, $7)", [
      tableId,
      round,
      lease.epoch,
      inOneReason(reason),
      seed,
      await digestOf(layout),
      new Date(voidedAt),
    ]);
    const balances = await readBalances(client, voiding);
    return { balances, stakes: new Map(payouts.map(({ playerId, stake }) => [playerId, stake])) };
  });
}

interface HeldRound {
  readonly status: "open" | "locked" | "settled" | "void";
  readonly betsDigest: string | null;
  readonly pocket: string | null;
  /** Hex. */
  readonly commitment: string;
}

/** Locks the round's row, before any account is locked. */
async function holdRound(client: PoolClient, { tableId, round }: RoundId): Promise<HeldRound> {
  const { rows } = await client.query<HeldRound>(
    `SELECT status, bets_digest AS "betsDigest", pocket,
       encode(commitment, 'hex') AS commitment FROM hold_round($1, $2)`,
    [tableId, round],
  );
  assert(rows[0] !== undefined, `table ${tableId} has no round ${round}`);
  return rows[0];
}

function stakesOf(bets: readonly SettledBet[]): Payout[] {
  const stakes = new Map<string, Chips>();
  for (const { playerId, amount } of bets) {
    stakes.set(playerId, addChips(stakes.get(playerId) ?? asChips(0), amount));
  }
  return Array.from(stakes, ([playerId, stake]) => ({ playerId, stake, returned: stake }));
}

async function readBalances(
  client: PoolClient,
  { tableId, round }: RoundId,
): Promise<ReadonlyMap<string, Chips>> {
  const { rows } = await client.query<{ player_id: string; balance: number }>(
    `SELECT player_id, balance FROM accounts WHERE player_id IN (
       SELECT player_id FROM bets WHERE table_id = $1 AND round = $2)`,
    [tableId, round],
  );
  return new Map(rows.map((row) => [row.player_id, asChips(row.balance)]));
}

async function readStakes(
  client: PoolClient,
  { tableId, round }: RoundId,
): Promise<ReadonlyMap<string, Chips>> {
  const { rows } = await client.query<{ player_id: string; stake: number }>(
    `SELECT player_id, sum(amount)::bigint AS stake FROM bets
     WHERE table_id = $1 AND round = $2 GROUP BY player_id`,
    [tableId, round],
  );
  return new Map(rows.map((row) => [row.player_id, asChips(row.stake)]));
}

/** The reason is public, and one line. */
function inOneReason(reason: string): string {
  const line = reason.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return [...line].slice(0, REASON_LENGTH).join("") || "No reason was given.";
}
