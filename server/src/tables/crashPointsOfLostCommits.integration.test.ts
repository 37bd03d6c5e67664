/**
 * The crash points at which a COMMIT, or the answer to one, is lost while the process lives on: it asks
 * for the same again, until it knows. Those of operations whose answer can be found out are with the
 * other ones of operations.
 */
import { commitmentOf } from "@croupier/shared/core/fairness";
import { phaseOf } from "@croupier/shared/core/table/state";
import { describe, expect, it } from "vitest";
import { STARTING_CHIPS } from "../testing/bankRig.ts";
import type { Place } from "../testing/crashPlaces.ts";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import type { CrashStage } from "../testing/crashStage.ts";
import { red } from "../testing/crashStage.ts";
import { setUpStages } from "../testing/setUpStages.ts";

const { LOCK, OPEN, OPERATIONS, SETTLE, TRANSFERS, VOID } = STATEMENTS;

let stage: CrashStage;
let ada: string;
setUpStages(async (fresh) => {
  stage = fresh;
  ada = await stage.player();
});

const lostCommitOf = (statement: RegExp): Place => ({ moment: "before the commit of", statement });
const lostAnswerOf = (statement: RegExp): Place => ({ moment: "after the commit of", statement });

describe("an opening", () => {
  /** The second round opens once, on the first one's seed. */
  async function expectOpens(place: Place): Promise<void> {
    const process = await stage.betting();
    await process.until("result");
    const { seed } = process.host.state;
    const lost = process.meets("lost connection", place);
    await process.until("betting");
    await lost;
    expect(process.host.state).toMatchObject({ round: 2, commitment: seed });
    expect(await stage.count("rounds")).toBe(2);
    await stage.expectPlayedOut(process, []);
  }

  it("R10: the opening's COMMIT did not arrive, the process lives", () =>
    expectOpens(lostCommitOf(OPEN)));

  it("R11: the opening is committed, the answer to its COMMIT is lost, the process lives", () =>
    expectOpens(lostAnswerOf(OPEN)));
});

describe("a bankroll", () => {
  /** The table opens with one bankroll. */
  async function expectFilledUpOnce(place: Place): Promise<void> {
    const process = stage.process();
    const lost = process.meets("lost connection", place);
    await process.start();
    await lost;
    await process.until("betting");
    expect(process.host.state.round).toBe(1);
    expect(await stage.count("transfers")).toBe(1);
  }

  it("R13: the bankroll's COMMIT did not arrive, the process lives", () =>
    expectFilledUpOnce(lostCommitOf(TRANSFERS)));

  it("R14: the bankroll is committed, the answer to its COMMIT is lost, the process lives", () =>
    expectFilledUpOnce(lostAnswerOf(TRANSFERS)));
});

describe("the end of a round", () => {
  /** The round is played out as if nothing had been. */
  async function expectPlaysOut(place: Place): Promise<void> {
    const process = await stage.bettingWithChips(ada);
    const { commitment } = process.host.state;
    const lost = process.meets("lost connection", place);
    const record = await stage.expectPlayedOut(process, [red(ada, 100)]);
    await lost;
    expect(record).toMatchObject({ round: 1, commitment });
  }

  it("C13: the lock's COMMIT did not arrive, the process lives", () =>
    expectPlaysOut(lostCommitOf(LOCK)));

  it("C14: the lock is committed, the answer to its COMMIT is lost, the process lives", () =>
    expectPlaysOut(lostAnswerOf(LOCK)));

  it("C15: the settlement's COMMIT did not arrive, the process lives", () =>
    expectPlaysOut(lostCommitOf(SETTLE)));

  it("C16: a turn is committed, what became of it cannot be found out until the bank is back, the process lives", async () => {
    const process = await stage.bettingWithChips(ada);
    for (const [what, statement] of [
      ["lock", LOCK],
      ["settle", SETTLE],
    ] as const) {
      const cut = process.meets("cut off", lostAnswerOf(statement));
      await process.untilUnanswered(what);
      await cut;
      await process.untilNotPaused();
    }
    const { seed } = (await stage.expectPlayedOut(process, [red(ada, 100)])) as { seed: string };
    const cut = process.meets("cut off", lostAnswerOf(OPEN));
    await process.untilUnanswered("open");
    await cut;
    await process.until("betting");
    expect(process.host.state).toMatchObject({ round: 2, commitment: seed });
    expect(await stage.count("rounds")).toBe(2);
  });
});

describe("a void", () => {
  /** The round is void once, and Ada, who sits there, hears of it once. */
  async function expectVoid(place: Place, end: "lost connection" | "cut off"): Promise<void> {
    const process = await stage.bettingWithChips(ada);
    const { commitment } = process.host.state;
    const breakBooks = () => {
      const player = process.host.state.players.get(ada);
      if (player !== undefined) player.stake = red(ada, 3).amount;
      return process.operate(ada, "breaks", "undo");
    };
    await breakBooks();
    await process.untilNotPaused();
    const lost = process.meets(end, place);
    await breakBooks();
    if (end === "cut off") await process.untilUnanswered("recover");
    await process.untilNotPaused();
    await lost;
    await process.until("betting");
    const told = process.events.filter(({ type }) => type === "voided");
    const balance = STARTING_CHIPS;
    expect(told).toMatchObject([{ playerId: ada, round: 1, stake: 100, balance }]);
    const { seed } = (await stage.record(1)) as { seed: string };
    expect(commitmentOf(seed)).toBe(commitment);
    expect(process.host.state).toMatchObject({ round: 2, commitment: seed, totalStake: 0 });
    expect(await stage.balance(ada)).toBe(balance);
  }

  it("V4: the void's COMMIT did not arrive, the process lives", () =>
    expectVoid(lostCommitOf(VOID), "lost connection"));

  it("V5: the void is committed, the answer to its COMMIT is lost, the process lives", () =>
    expectVoid(lostAnswerOf(VOID), "lost connection"));

  it("V7: the void is committed, what became of it cannot be found out until the bank is back, the process lives", () =>
    expectVoid(lostAnswerOf(VOID), "cut off"));
});

describe("an operation", () => {
  /**
   * Nobody can say what became of Ada's bet; when the bank is back, the round goes on with `stake` chips
   * of hers, and her bet is there once as soon as she has asked again.
   */
  async function expectUnknown(place: Place, stake: number): Promise<void> {
    const process = await stage.betting();
    await process.host.sit(ada);
    const { round, commitment, entropy } = process.host.state;
    const bet = () => process.bet(ada, "op", [["red", 100]]);
    const unavailable = { refusal: { code: "BANK_UNAVAILABLE" } };
    const cut = process.meets("cut off", place);
    expect(await bet()).toMatchObject(unavailable);
    await cut;
    expect(process.events.at(-1)).toEqual({ type: "froze" });
    expect(phaseOf(process.host.state)).toBe("paused");
    expect(await bet()).toMatchObject(unavailable);
    process.reachesBank();
    await process.untilNotPaused();
    const goesOn = { stage: "betting", round, commitment, entropy, totalStake: stake };
    expect(process.host.state).toMatchObject(goesOn);
    const balance = STARTING_CHIPS - 100;
    const answer = { op: "op", round, stake: 100, balance };
    expect(await bet()).toEqual({ answer });
    expect(await bet()).toEqual({ answer });
    expect(await stage.count("operations")).toBe(1);
    expect(process.froze).toHaveLength(1);
    process.froze.length = 0;
    await stage.expectPlayedOut(process, [red(ada, 100)]);
  }

  it("O10: its COMMIT arrived, what became of it cannot be found out, the process lives", () =>
    expectUnknown(lostAnswerOf(OPERATIONS), 100));

  it("O11: its COMMIT did not arrive, what became of it cannot be found out, the process lives", () =>
    expectUnknown(lostCommitOf(OPERATIONS), 0));
});
