/** The crash points of rounds that are taken back; those of other rounds are beside this file. */
import { asChips } from "@croupier/shared/core/chips";
import { commitmentOf } from "@croupier/shared/core/fairness";
import { describe, expect, it } from "vitest";
import { STARTING_CHIPS } from "../testing/bankRig.ts";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import type { CrashStage } from "../testing/crashStage.ts";
import { expectBetting, identityOf, red } from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { setUpStages } from "../testing/setUpStages.ts";

const { VOID } = STATEMENTS;

let stage: CrashStage;
let ada: string;
setUpStages(async (fresh) => {
  stage = fresh;
  ada = await stage.player();
});

describe("void", () => {
  /** A process whose books of the round got broken in memory, and have been before: once is no reason. */
  async function broken(): Promise<MortalProcess> {
    const process = await stage.bettingWithChips(ada);
    breakBooks(process, ada);
    await process.operate(ada, "breaks", "undo");
    expect(process.froze).toHaveLength(1);
    await process.untilNotPaused();
    expect(process.host.state).toMatchObject({ stage: "betting", round: 1, totalStake: 100 });
    breakBooks(process, ada);
    return process;
  }

  /** The player's next operation meets a broken invariant. */
  function breakBooks({ host }: MortalProcess, playerId: string): void {
    const player = host.state.players.get(playerId);
    if (player !== undefined) player.stake = red(playerId, 3).amount;
  }

  it("V1: the table froze twice in the round, the void is not committed", async () => {
    const dying = await broken();
    void dying.meets("death", { moment: "before the commit of", statement: VOID });
    void dying.operate(ada, "breaks", "undo");
    await dying.untilDead();
    expect(dying.froze).toHaveLength(2);
    await stage.expectGoesOn(dying, ada);
  });

  it("V2: the void is committed and nobody was told", async () => {
    const dying = await broken();
    const { commitment } = dying.host.state;
    void dying.meets("death", { moment: "after the commit of", statement: VOID });
    void dying.operate(ada, "breaks", "undo");
    await dying.untilDead();
    const next = await stage.takeover();
    await expectTold(next);
    await expectVoided(commitment, next, /error of its own/);
    await expectNotTold(next);
  });

  it("V3: the round cannot go on, its void is not committed", async () => {
    const first = await stage.bettingWithChips(ada);
    const { commitment } = first.host.state;
    first.die();
    const dying = stage.process(0, { wheel: "american" });
    const dead = dying.meets("death", { moment: "before the commit of", statement: VOID });
    void dying.start();
    await dead;
    const next = await stage.process(0, { wheel: "american" }).start();
    await expectTold(next);
    await expectVoided(commitment, next, /wheel was changed/);
    await expectNotTold(next);
  });

  it("V6: the void is committed, the next round is open", async () => {
    const dying = await broken();
    const { commitment } = dying.host.state;
    // The seed of a kept seat goes into the next round, whether its player is there or not.
    dying.host.setClientSeed(ada, "lucky");
    const ben = await stage.player();
    expect(await dying.bet(ben, "void", [["red", 7]])).toHaveProperty("answer");
    await dying.operate(ada, "breaks", "undo");
    await dying.untilNotPaused();
    await dying.until("betting");
    // Ben is there when the next round is, and hears of the last one from whoever took it back.
    expect(await dying.bet(ben, "next", [["red", 5]])).toHaveProperty("answer");
    dying.die();
    const next = await stage.takeover();
    expect(dying.host.state.clientSeeds).toEqual([{ playerId: ada, seed: "lucky" }]);
    expectBetting(next, { ...identityOf(dying), round: 2, totalStake: asChips(5) });
    await expectNotTold(next, ben);
    await expectTold(next);
    await expectNotTold(next);
    await expectTakenBack(commitment, /error of its own/);
    await stage.expectPlayedOut(next, [red(ben, 5)]);
  });

  it("V8: two rounds are void one after the other, and the next one is open", async () => {
    const dying = await broken();
    await dying.operate(ada, "breaks", "undo");
    await dying.untilNotPaused();
    await dying.until("betting");
    const ben = await stage.player();
    expect(await dying.bet(ben, "void", [["red", 5]])).toHaveProperty("answer");
    for (const _ of ["once", "again"]) {
      breakBooks(dying, ben);
      await dying.operate(ben, "breaks", "undo");
      await dying.untilNotPaused();
    }
    await dying.until("betting");
    expect(dying.host.state).toMatchObject({ round: 3, totalStake: 0 });
    dying.die();
    const next = await stage.takeover();
    await expectTold(next);
    const { reason } = (await stage.record(2)) as { reason: string };
    const bens = { playerId: ben, round: 2, reason, stake: 5, balance: STARTING_CHIPS };
    expect(await news(next, ben)).toEqual([{ type: "voided", ...bens, isLate: true }]);
    await expectNotTold(next);
    await expectNotTold(next, ben);
  });

  /** Whoever comes to the table; answers what they hear of a void round. */
  async function news({ host, events }: MortalProcess, playerId: string) {
    const before = events.length;
    await host.sit(playerId);
    host.tellVoided(playerId, asChips(await stage.balance(playerId)));
    return events.slice(before).filter(({ type }) => type === "voided");
  }

  /** Ada, whose chips went back, comes to the table and is told of that. */
  async function expectTold(next: MortalProcess): Promise<void> {
    const { reason } = (await stage.record(1)) as { reason: string };
    const back = { round: 1, reason, stake: 100, balance: STARTING_CHIPS, isLate: true };
    expect(await news(next, ada)).toEqual([{ type: "voided", playerId: ada, ...back }]);
  }

  async function expectNotTold(next: MortalProcess, playerId = ada): Promise<void> {
    expect(await news(next, playerId)).toEqual([]);
  }

  /** Stakes are back, once; the seed, which is answered, is used up; the reason is public. */
  async function expectTakenBack(commitment: string, reason: RegExp): Promise<string> {
    const record = await stage.record(1);
    expect(record).toMatchObject({ status: "void", reason: expect.stringMatching(reason) });
    const { seed } = record as { seed: string };
    expect(commitmentOf(seed)).toBe(commitment);
    expect(await stage.balance(ada)).toBe(STARTING_CHIPS);
    return seed;
  }

  /** It was taken back, and the next round opens. */
  async function expectVoided(commitment: string, next: MortalProcess, reason: RegExp) {
    const seed = await expectTakenBack(commitment, reason);
    await next.until("betting");
    expectBetting(next, { round: 2, commitment: seed });
    // The op stays used, and its answer what it was; it places nothing in the new round.
    const again = await next.bet(ada, "first", [["red", 100]]);
    expect(again).toMatchObject({ answer: { op: "first", round: 1, stake: 100 } });
    expect(next.host.state.totalStake).toBe(0);
    expect(await stage.balance(ada)).toBe(STARTING_CHIPS);
  }
});
