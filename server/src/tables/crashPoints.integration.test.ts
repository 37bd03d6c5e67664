/**
 * The crash points of a round, one test for each row of the table in `server/docs/specification.md`;
 * those of voids, operations and takeovers are beside this file.
 */
import { asChips } from "@croupier/shared/core/chips";
import { commitmentOf, entropyOf, outcomeOf } from "@croupier/shared/core/fairness";
import { describe, expect, it } from "vitest";
import { chainsOf } from "../rounds/seedVault.ts";
import type { Place } from "../testing/crashPlaces.ts";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import {
  BETTING_MS,
  CrashStage,
  expectBetting,
  identityOf,
  LEAST_WINDOW_MS,
  red,
} from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { setUpStages } from "../testing/setUpStages.ts";

const { BETS, CHAIN, LOCK, OPEN, OPERATIONS, SETTLE, TRANSFERS } = STATEMENTS;

let stage: CrashStage;
let ada: string;
setUpStages(async (fresh) => {
  stage = fresh;
  ada = await stage.player();
});

describe("opening", () => {
  it("R1: the table's accounts are there, its bankroll is not", async () => {
    const dying = stage.process();
    const dead = dying.meets("death", { moment: "before the commit of", statement: TRANSFERS });
    void dying.start();
    await dead;
    expect(await Promise.all([stage.count("accounts"), stage.count("transfers")])).toEqual([2, 0]);
    const next = await stage.takeover();
    await next.until("betting");
    expectBetting(next, { round: 1 });
    expect(await Promise.all([stage.count("accounts"), stage.count("transfers")])).toEqual([2, 1]);
  });

  it("R2: the bankroll is there, the table's first seed chain is not", async () => {
    const dying = stage.process();
    const dead = dying.meets("death", { moment: "before", statement: CHAIN });
    void dying.start();
    await dead;
    expect(await stage.count("transfers")).toBe(1);
    const next = await stage.takeover();
    await next.until("betting");
    expect(await Promise.all([stage.count("transfers"), stage.count("seed_chains")])).toEqual([
      1, 1,
    ]);
  });

  it("R3: the first chain's anchor is out, no round was opened", async () => {
    const dying = stage.process();
    const dead = dying.meets("death", { moment: "after", statement: CHAIN });
    void dying.start();
    await dead;
    const [chain] = await chainsOf(stage.rig.database.pool, stage.config.tableId);
    const next = await stage.takeover();
    await next.until("betting");
    expectBetting(next, { round: 1, commitment: chain?.anchor as string });
    expect(await stage.count("seed_chains")).toBe(1);
  });

  it("R4: the next round is asked for, its opening is not committed", async () => {
    const dying = await stage.betting();
    await dying.until("result");
    const { seed } = dying.host.state;
    void dying.meets("death", { moment: "before the commit of", statement: OPEN });
    await dying.untilDead();
    expect(await stage.count("rounds")).toBe(1);
    const next = await stage.takeover();
    await next.until("betting");
    expectBetting(next, { round: 2, commitment: seed });
  });

  it("R5: the opening is committed and nobody was told", async () => {
    const dying = await stage.betting();
    await dying.host.sit(ada);
    dying.host.setClientSeed(ada, "lucky");
    await dying.until("result");
    const { seed } = dying.host.state;
    void dying.meets("death", { moment: "after the commit of", statement: OPEN });
    await dying.untilDead();
    const clientSeeds = [{ playerId: ada, seed: "lucky" }];
    const next = await stage.takeover(60_000);
    const entropy = entropyOf(clientSeeds);
    expectBetting(next, { round: 2, commitment: seed, entropy, clientSeeds });
    expect(await stage.expectPlayedOut(next, [])).toMatchObject({ entropy, clientSeeds });
  });
});

describe("a higher limit", () => {
  it("R12: the house is to be filled up for a higher limit, that is not committed", async () => {
    const first = await stage.bettingWithChips(ada);
    first.die();
    const { limits } = stage.config;
    const houseMax = asChips(limits.houseMax * 20);
    const higher = () => stage.process(0, { limits: { ...limits, houseMax } });
    const before = await stage.count("transfers");
    const dying = higher();
    const dead = dying.meets("death", { moment: "before the commit of", statement: TRANSFERS });
    void dying.start();
    await dead;
    expect(await stage.count("transfers")).toBe(before);
    await (await higher().start()).stop();
    const next = await higher().start();
    expect(await stage.count("transfers")).toBe(before + 1);
    expectBetting(next, { ...identityOf(first), totalStake: red(ada, 100).amount });
    await stage.expectPlayedOut(next, [red(ada, 100)]);
  });
});

describe("a house that has lost", () => {
  /**
   * It has 10 times 1,000 chips. With this limit it is filled up to hold 2 worst rounds as soon as it has
   * lost more than 20 of them.
   */
  const LIMIT = 4_990;
  const limited = (houseMax: number) => ({
    limits: { ...stage.config.limits, houseMax: asChips(houseMax) },
  });

  /** The process dies at `place` once the first round, in which the house lost 35 chips, is over. */
  async function dieFillingUp(place: Place): Promise<void> {
    const first = await stage.process(0, limited(1_000)).start();
    await first.until("betting");
    await first.stop();
    const dying = await stage.process(0, limited(LIMIT)).start();
    const { round, entropy } = dying.host.state;
    const { tableId, wheel } = stage.config;
    const seed = await stage.seedOf(round);
    const pocket = outcomeOf({ tableId, round, wheel, entropy, seed });
    const won = await dying.bet(ada, "wins", [[`straight:${pocket}`, 1]]);
    expect(won).toHaveProperty("answer");
    const dead = dying.meets("death", place);
    await dying.untilDead();
    await dead;
    expect(await stage.record(round)).toMatchObject({ status: "settled", pocket });
  }

  const bankrolls = () => stage.count("transfers", "kind = 'bankroll'");

  async function expectFilledUpOnce(): Promise<void> {
    const next = await stage.process(0, limited(LIMIT)).start();
    await next.until("betting");
    expect(next.host.state.round).toBe(2);
    expect(await bankrolls()).toBe(2);
    await stage.expectPlayedOut(next, []);
  }

  it("R15: the house is to be filled up before the next round, that is not committed", async () => {
    await dieFillingUp({ moment: "before the commit of", statement: TRANSFERS, skipping: 1 });
    expect(await bankrolls()).toBe(1);
    await expectFilledUpOnce();
  });

  it("R16: the house is filled up before the next round, that is not opened", async () => {
    await dieFillingUp({ moment: "after the commit of", statement: TRANSFERS, skipping: 1 });
    expect(await Promise.all([bankrolls(), stage.count("rounds")])).toEqual([2, 1]);
    await expectFilledUpOnce();
  });
});

describe("betting", () => {
  it("R6: the round takes bets and has none", async () => {
    const dying = await stage.betting();
    dying.clock.advance(1_000);
    dying.die();
    const next = await stage.takeover();
    expectBetting(next, identityOf(dying));
    await stage.expectPlayedOut(next, []);
  });

  it("R7: the round takes bets and has some", async () => {
    const dying = await stage.bettingWithChips(ada);
    const { phaseEndsAt } = dying.host.state;
    dying.clock.advance(BETTING_MS - LEAST_WINDOW_MS - 1_000);
    dying.die();
    const next = await stage.takeover();
    expectBetting(next, { ...identityOf(dying), phaseEndsAt });
    expect(next.host.ownLayout(ada)).toMatchObject({ stake: 100, chips: [["red", 100]] });
    await stage.expectPlayedOut(next, [red(ada, 100)]);
  });

  it("R8: the betting time went by while nobody ran the table", async () => {
    const dying = await stage.bettingWithChips(ada);
    dying.die();
    const next = await stage.takeover(3_600_000);
    expectBetting(next, identityOf(dying));
    expect(next.host.state.phaseEndsAt).toBe(next.clock.now() + LEAST_WINDOW_MS);
    const ben = await stage.player();
    expect(await next.bet(ben, "late", [["red", 5]])).toHaveProperty("answer");
    await stage.expectPlayedOut(next, [red(ada, 100), red(ben, 5)]);
  });

  it("R9: the same, at a table whose whole betting time is shorter than the least window", async () => {
    const quick = new CrashStage(stage.rig, { bettingMs: 1_000 });
    const dying = await quick.betting();
    dying.die();
    const next = await quick.takeover(3_600_000);
    expect(next.host.state).toMatchObject({ stage: "betting", ...identityOf(dying) });
    expect(next.host.state.phaseEndsAt).toBe(next.clock.now() + 1_000);
    await quick.expectPlayedOut(next, []);
    await quick.close();
  });
});

describe("closing", () => {
  it("C1: the table drains: an operation in time is committed, the lock was not asked for", async () => {
    const dying = await stage.bettingWithChips(ada);
    void dying.meets("death", { moment: "after the commit of", statement: OPERATIONS });
    void dying.bet(ada, "in time", [["red", 50]]);
    dying.clock.advance(BETTING_MS);
    expect(dying.host.state.stage).toBe("draining");
    await dying.untilDead();
    const next = await stage.takeover();
    expectBetting(next, { ...identityOf(dying), totalStake: red(ada, 150).amount });
    await stage.expectPlayedOut(next, [red(ada, 150)]);
  });

  it("C2: the lock is not committed", async () => {
    const dying = await stage.bettingWithChips(ada);
    void dying.meets("death", { moment: "before the commit of", statement: LOCK });
    await dying.untilDead();
    await stage.expectGoesOn(dying, ada);
  });

  /** The locked round settles with its own seed's outcome, and takes no more bets. */
  async function expectSettles(dying: MortalProcess): Promise<void> {
    const { commitment } = dying.host.state;
    expect(await stage.record(1)).toMatchObject({ status: "open", bets: [red(ada, 100)] });
    const next = await stage.takeover(60_000);
    expect(next.host.state).toMatchObject({ stage: "draining", round: 1, commitment });
    const late = await next.bet(ada, "late", [["red", 1]]);
    expect(late).toMatchObject({ refusal: { code: "BETTING_CLOSED" } });
    const record = await stage.expectPlayedOut(next, [red(ada, 100)]);
    expect(record).toMatchObject({ round: 1, commitment });
  }

  it("C3: the lock is committed, the seed was not read", async () => {
    const dying = await stage.bettingWithChips(ada);
    void dying.meets("death", { moment: "after the commit of", statement: LOCK });
    await dying.untilDead();
    await expectSettles(dying);
  });

  it("C4: the outcome is drawn, the settlement was not asked for", async () => {
    const dying = await stage.bettingWithChips(ada);
    dying.diesTelling("settling");
    await dying.untilDead();
    await expectSettles(dying);
  });

  it("C5: the settlement has begun", async () => {
    const dying = await stage.bettingWithChips(ada);
    void dying.meets("death", { moment: "after", statement: BETS });
    await dying.untilDead();
    await expectSettles(dying);
  });

  it("C6: the settlement is whole and not committed", async () => {
    const dying = await stage.bettingWithChips(ada);
    void dying.meets("death", { moment: "before the commit of", statement: SETTLE });
    await dying.untilDead();
    await expectSettles(dying);
  });

  it("C7: the settlement is committed, the answer to its COMMIT is lost, the process lives", async () => {
    const process = await stage.bettingWithChips(ada);
    const lost = process.meets("lost connection", {
      moment: "after the commit of",
      statement: SETTLE,
    });
    await stage.expectPlayedOut(process, [red(ada, 100)]);
    await lost;
  });

  /** The round stays as it was settled, and the next one opens on its seed. */
  async function expectNextRound(dying: MortalProcess): Promise<void> {
    const settled = await stage.expectSettled(1, [red(ada, 100)]);
    const transfers = await stage.count("transfers");
    const next = await stage.takeover(60_000);
    expect(next.host.state.lastPockets).toEqual([settled.status === "settled" && settled.pocket]);
    await next.until("betting");
    const { seed: commitment } = settled as { seed: string };
    expectBetting(next, { round: 2, commitment });
    expect(commitmentOf(commitment)).toBe(dying.host.state.commitment);
    expect(await stage.record(1)).toEqual(settled);
    expect(await stage.count("transfers")).toBe(transfers);
  }

  it("C8: the settlement is committed and nobody was told", async () => {
    const dying = await stage.bettingWithChips(ada);
    void dying.meets("death", { moment: "after the commit of", statement: SETTLE });
    await dying.untilDead();
    await expectNextRound(dying);
  });

  it("C9: the ball spins", async () => {
    const dying = await stage.bettingWithChips(ada);
    await dying.until("spinning");
    dying.die();
    await expectNextRound(dying);
  });

  it("C10: the result is shown", async () => {
    const dying = await stage.bettingWithChips(ada);
    await dying.until("result");
    dying.die();
    await expectNextRound(dying);
  });

  it("C11: the lock is committed, and the table is given another wheel and zero rule", async () => {
    const dying = await stage.bettingWithChips(ada);
    const { wheel, zeroRule } = dying.host.config;
    void dying.meets("death", { moment: "after the commit of", statement: LOCK });
    await dying.untilDead();
    const next = await stage.process(60_000, { wheel: "american", zeroRule: "surrender" }).start();
    expect(await stage.expectSettled(1, [red(ada, 100)])).toMatchObject({ wheel, zeroRule });
    await next.until("betting");
    expect(next.host.state.round).toBe(2);
    expect(await stage.record(2)).toMatchObject({ wheel: "american", zeroRule: "surrender" });
  });

  it("C12: the lock is committed, and the process meets a broken invariant and lives", async () => {
    const process = await stage.bettingWithChips(ada);
    const { commitment } = process.host.state;
    Object.assign(process.host.state, { commitment: "0".repeat(64) });
    await process.until("locking");
    await process.until("betting");
    expect(process.froze).toHaveLength(1);
    expect(await stage.expectSettled(1, [red(ada, 100)])).toMatchObject({ commitment });
    expect(process.host.state.round).toBe(2);
  });
});

describe("seed chains", () => {
  /** The table plays on past its first chain's end, on the one chain that follows. */
  async function expectNextChain(moment: Place["moment"], chains: number): Promise<void> {
    const short = new CrashStage(stage.rig, { chainLength: 3 });
    const dying = short.process();
    const dead = dying.meets("death", { moment, statement: CHAIN, skipping: 1 });
    void dying.start();
    await dead;
    expect(await short.count("seed_chains")).toBe(chains);
    const next = await short.takeover();
    for (let round = 1; round <= 4; round += 1) {
      await next.until("betting");
      expect(next.host.state.round).toBe(round);
      await short.expectPlayedOut(next, []);
    }
    const anchors = await chainsOf(stage.rig.database.pool, short.config.tableId);
    expect(anchors.map(({ firstRound }) => firstRound).slice(0, 2)).toEqual([1, 4]);
    expect((await short.record(4)).commitment).toBe(anchors[1]?.anchor);
    await short.close();
  }

  it("S1: the next chain is made and not committed", () => expectNextChain("before", 1));

  it("S2: the next chain is committed and not read", () => expectNextChain("after", 2));
});
