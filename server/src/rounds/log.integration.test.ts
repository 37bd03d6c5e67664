/** Rounds with as much in their logs as the bounds allow, of a few players: more than one slice has. */
import { BOUNDS } from "@croupier/shared/core/bounds";
import { asChips } from "@croupier/shared/core/chips";
import { betsDigestOf } from "@croupier/shared/core/fairness";
import { layoutOf } from "@croupier/shared/core/spots";
import type { SpotChange } from "@croupier/shared/core/table/inputs";
import { betsOf } from "@croupier/shared/core/table/rounds";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Queryable } from "../db/transaction.ts";
import { settleLocked } from "../tables/lockedRound.ts";
import { recoverTable } from "../tables/recovery.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import { bet, openRound, tableConfig } from "../testing/rounds.ts";
import { expectSoundBooks } from "../testing/soundBooks.ts";
import { slicesOfLog } from "./log.ts";

/** Some hundred thousand changes, on whatever machine. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PLAYERS = 50;
const SPOTS = layoutOf("european").spots.map(({ id }) => id);
/** Wide bets and clears in turn; the last is a bet, and a clear would go yet. */
const TURNS = Math.floor(BOUNDS.changesPerPlayerAndRound / SPOTS.length) - 1;
const MOST_IN_SLICE = 500;

let rig: BankRig;
let players: string[];
let tables = 0;
let tableId: string;
const config = () => ({ ...tableConfig(tableId), bettingMs: 600_000 });
beforeAll(async () => {
  rig = await createBankRig();
  const named = Array.from({ length: PLAYERS }, () => rig.players.registerGuest({ name: "Ada" }));
  players = (await Promise.all(named)).map(({ playerId }) => playerId);
});
afterAll(() => rig?.database.close());
beforeEach(async () => {
  tables += 1;
  tableId = `table-${tables}`;
  await rig.store.prepareTable(config());
  await openRound(rig, tableId, 1);
  for (let turn = 1; turn <= TURNS; turn += 1) await Promise.all(players.map(take(turn)));
});

const take = (turn: number) => async (playerId: string) => {
  const places = turn % 2 === 1;
  const changes = SPOTS.map((spot): SpotChange => [spot, places ? 1 : -1]);
  const stakeChange = places ? SPOTS.length : -SPOTS.length;
  const stakeAfter = asChips(places ? SPOTS.length : 0);
  const placed = { round: 1, changes, stakeChange, stakeAfter };
  const cleared = { ...placed, kind: "clear", chipsAfter: [] } as const;
  const posting = bet(playerId, places ? placed : cleared);
  expect((await rig.store.post(tableId, posting)).status).toBe("posted");
};

const balances = async (): Promise<ReadonlySet<number>> => {
  const { rows } = await rig.database.pool.query<{ balance: number }>(
    "SELECT balance FROM accounts WHERE kind = 'player'",
  );
  return new Set(rows.map(({ balance }) => balance));
};

describe("the log of a large round", () => {
  it("is read in slices, between which everything else has its turn", async () => {
    expect(PLAYERS * TURNS).toBeGreaterThan(MOST_IN_SLICE);
    const pool: Queryable = rig.database.serverPool;
    const sizes: number[] = [];
    let turns = 0;
    for await (const rows of slicesOfLog(pool, { tableId, round: 1 }, "player_id")) {
      expect(turns).toBe(sizes.length);
      sizes.push(rows.length);
      setImmediate(() => {
        turns += 1;
      });
    }
    const whole = Math.floor((PLAYERS * TURNS) / MOST_IN_SLICE);
    const rest = (PLAYERS * TURNS) % MOST_IN_SLICE;
    expect(sizes).toEqual([...Array.from({ length: whole }, () => MOST_IN_SLICE), rest]);
  });

  it("goes on elsewhere, is locked and settled as it was played", async () => {
    const { state } = await recoverTable({ config: config(), store: rig.store, clock: rig.clock });
    const bets = betsOf(state);
    expect(bets).toHaveLength(PLAYERS * SPOTS.length);
    expect(state.exposure.stake).toBe(bets.length);
    const betsDigest = betsDigestOf(bets);
    const locking = { tableId, round: 1, lockedAt: rig.clock.now() };
    const other = betsDigestOf(bets.slice(1));
    await expect(rig.store.lockRound({ ...locking, betsDigest: other })).rejects.toThrow(
      "has other bets than its operations",
    );
    await rig.store.lockRound({ ...locking, betsDigest });
    const history = await rig.store.prepareTable(config());
    expect(history.unfinished).toMatchObject({ status: "locked", betsDigest });
    await settleLocked({ config: config(), store: rig.store, clock: rig.clock }, history);
    await expectSoundBooks(rig.database.pool);
    // Everyone has the same chips, and so the same pocket has come for them.
    expect((await balances()).size).toBe(1);
  });

  it("gives every stake back where the round is void", async () => {
    const [before] = await balances();
    const voiding = { tableId, round: 1, reason: "a test", voidedAt: rig.clock.now() };
    const { stakes } = await rig.store.voidRound(voiding);
    expect([...stakes.values()]).toEqual(players.map(() => SPOTS.length));
    expect([...(await balances())]).toEqual([(before ?? STARTING_CHIPS) + SPOTS.length]);
    await expectSoundBooks(rig.database.pool);
  });
});
