/**
 * The crash points of operations and of takeovers, one test for each row of the table in
 * `server/docs/specification.md`.
 */
import type { OperationAnswer } from "@croupier/shared/core/table/inputs";
import { beforeEach, describe, expect, it } from "vitest";
import { STARTING_CHIPS } from "../testing/bankRig.ts";
import type { Place } from "../testing/crashPlaces.ts";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import type { CrashStage } from "../testing/crashStage.ts";
import { LEAST_WINDOW_MS, red } from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { setUpStages } from "../testing/setUpStages.ts";
import type { OperationReply } from "./tableHost.ts";

const { HOLD, LOCK, OPERATIONS, SETTLE, TRANSFERS } = STATEMENTS;

let stage: CrashStage;
let ada: string;
/** A table whose round takes bets, at which Ada sits. */
let process: MortalProcess;
setUpStages(async (fresh) => {
  stage = fresh;
  ada = await stage.player();
  process = await stage.betting();
  await process.host.sit(ada);
});

/** Ada's bet; the same words every time, so that it is the same operation. */
const bet = (at: MortalProcess, op = "op", amount = 100): Promise<OperationReply> =>
  at.bet(ada, op, [["red", amount]]);

const answerTo = (op: string, stake: number): OperationAnswer => ({
  op,
  round: 1,
  stake: red(ada, stake).amount,
  balance: red(ada, STARTING_CHIPS - stake).amount,
});

/** The bet meets death at `place`; answers the next process, one minute later. */
async function dieBetting(place: Place): Promise<MortalProcess> {
  const dead = process.meets("death", place);
  void bet(process);
  await dead;
  return stage.takeover(60_000);
}

/** The bet is there once however often it is asked for: now, and in the next round. */
async function expectOnce(next: MortalProcess): Promise<void> {
  const answer = answerTo("op", 100);
  expect(await bet(next)).toEqual({ answer });
  expect(await bet(next)).toEqual({ answer });
  expect(await bet(next, "op", 101)).toMatchObject({ refusal: { code: "OP_REUSED" } });
  expect(next.host.state.totalStake).toBe(100);
  expect(await stage.count("operations")).toBe(1);
  await stage.expectPlayedOut(next, [red(ada, 100)]);
  const balance = await stage.balance(ada);
  await next.until("betting");
  expect(await bet(next)).toEqual({ answer });
  expect(await stage.balance(ada)).toBe(balance);
  expect(await stage.count("operations")).toBe(1);
}

describe("an operation", () => {
  it("O1: it is allowed, nothing of it was sent to the bank", async () => {
    const next = await dieBetting({ moment: "before", statement: HOLD });
    expect(next.host.state.totalStake).toBe(0);
    await expectOnce(next);
  });

  it("O2: its chips are moved, its transaction is open", async () => {
    const next = await dieBetting({ moment: "before the commit of", statement: TRANSFERS });
    expect(next.host.state.totalStake).toBe(0);
    await expectOnce(next);
  });

  it("O3: its COMMIT did not arrive, the process lives", async () => {
    const place = { moment: "before the commit of", statement: OPERATIONS } as const;
    const lost = process.meets("lost connection", place);
    expect(await bet(process)).toEqual({ answer: answerTo("op", 100) });
    await lost;
    await expectOnce(process);
  });

  it("O4: its COMMIT arrived, the answer to that is lost, the process lives", async () => {
    const place = { moment: "after the commit of", statement: OPERATIONS } as const;
    const lost = process.meets("lost connection", place);
    expect(await bet(process)).toEqual({ answer: answerTo("op", 100) });
    await lost;
    await expectOnce(process);
  });

  it("O5: it is committed, the player was not told", async () => {
    const next = await dieBetting({ moment: "after the commit of", statement: OPERATIONS });
    expect(next.host.state.totalStake).toBe(100);
    await expectOnce(next);
  });

  it("O6: the player was told", async () => {
    expect(await bet(process)).toEqual({ answer: answerTo("op", 100) });
    process.die();
    await expectOnce(await stage.takeover(60_000));
  });

  it("O7: one of a player is in flight, others wait behind it", async () => {
    const place = { moment: "before the commit of", statement: OPERATIONS } as const;
    const dead = process.meets("death", place);
    void bet(process, "first", 1);
    void bet(process, "second", 2);
    await dead;
    const next = await stage.takeover();
    expect(await stage.count("operations")).toBe(0);
    const replies = await Promise.all([bet(next, "first", 1), bet(next, "second", 2)]);
    expect(replies).toEqual([{ answer: answerTo("first", 1) }, { answer: answerTo("second", 3) }]);
    await stage.expectPlayedOut(next, [red(ada, 3)]);
  });

  it("O8: one that takes chips back is committed, the player was not told", async () => {
    await bet(process, "kept", 30);
    await bet(process, "taken back", 70);
    const place = { moment: "after the commit of", statement: OPERATIONS } as const;
    const dead = process.meets("death", place);
    void process.operate(ada, "undo", "undo");
    await dead;
    const next = await stage.takeover();
    const chips = [["red", 30]];
    expect(next.host.ownLayout(ada)).toMatchObject({ stake: 30, chips });
    expect(await next.operate(ada, "undo", "undo")).toEqual({
      answer: { ...answerTo("undo", 30), chips },
    });
    expect(await next.operate(ada, "another", "undo")).toMatchObject({ answer: { stake: 0 } });
    await stage.expectPlayedOut(next, []);
  });

  it("O9: it is refused, the player was not told", async () => {
    const refusal = { code: "INSUFFICIENT_CHIPS", limit: STARTING_CHIPS };
    const place = { moment: "after the commit of", statement: HOLD } as const;
    const dead = process.meets("death", place);
    void bet(process, "op", STARTING_CHIPS + 1);
    await dead;
    const next = await stage.takeover();
    expect(await bet(next, "op", STARTING_CHIPS + 1)).toMatchObject({ refusal });
    expect(await stage.count("operations")).toBe(0);
    await expectOnce(next);
  });
});

describe("a takeover", () => {
  beforeEach(async () => {
    expect(await bet(process)).toHaveProperty("answer");
  });

  /** The round of the first process, with Ada's bet, takes bets at `next`; it is played out. */
  async function expectGoesOn(next: MortalProcess): Promise<void> {
    const { round, commitment, entropy } = process.host.state;
    const { state } = next.host;
    expect(state).toMatchObject({ stage: "betting", round, commitment, entropy, totalStake: 100 });
    expect(state.phaseEndsAt).toBeGreaterThanOrEqual(next.clock.now() + LEAST_WINDOW_MS);
    expect(await bet(next)).toEqual({ answer: answerTo("op", 100) });
    await stage.expectPlayedOut(next, [red(ada, 100)]);
  }

  it("T1: the lease is taken, nothing was recovered", async () => {
    process.die();
    const taker = stage.process();
    expect(await taker.take()).toMatchObject({ epoch: 2 });
    taker.die();
    const next = await stage.takeover(60_000);
    expect(next.epoch).toBe(3);
    await expectGoesOn(next);
  });

  it("T2: the round is recovered, nothing was written since", async () => {
    process.die();
    const taker = await stage.takeover(60_000);
    taker.die();
    await expectGoesOn(await stage.takeover(60_000));
  });

  it("T3: a locked round is recovered, its settlement is not committed", async () => {
    void process.meets("death", { moment: "after the commit of", statement: LOCK });
    await process.untilDead();
    const taker = await stage.takeover();
    void taker.meets("death", { moment: "before the commit of", statement: SETTLE });
    await taker.untilDead();
    const next = await stage.takeover();
    const { commitment } = await stage.expectPlayedOut(next, [red(ada, 100)]);
    expect(commitment).toBe(process.host.state.commitment);
  });

  it("T4: the holder stopped in good order and gave the lease up", async () => {
    await process.stop();
    const next = stage.process();
    await next.takeAtOnce();
    await expectGoesOn(await next.start());
  });

  it("T5: the holder was asleep, another runs the table, and it wakes", async () => {
    await stage.expireLease();
    const next = await stage.takeover();
    expect(await bet(process, "stale", 7)).toMatchObject({ refusal: { code: "TABLE_PAUSED" } });
    expect(process.events.at(-1)).toEqual({ type: "lost" });
    expect(await bet(process, "staler", 7)).toMatchObject({ refusal: { code: "TABLE_PAUSED" } });
    expect(process.froze).toEqual([]);
    await expectGoesOn(next);
  });

  it("T6: the holder was asleep, another runs the table, and it wakes with a turn that is due", async () => {
    await stage.expireLease();
    const next = await stage.takeover();
    process.clock.advance(60_000);
    await expect.poll(() => process.events.at(-1)).toEqual({ type: "lost" });
    expect(process.froze).toEqual([]);
    await expectGoesOn(next);
  });

  it("T7: the holder was asleep, nobody took the lease, and it wakes", async () => {
    await stage.expireLease();
    expect(await bet(process, "awake", 7)).toEqual({ answer: answerTo("awake", 107) });
    await stage.expectPlayedOut(process, [red(ada, 107)]);
  });

  it("T8: the holder fell asleep in a transaction, and its lease ends", async () => {
    const place = { moment: "before the commit of", statement: TRANSFERS } as const;
    const asleep = process.meets("standstill", place);
    void bet(process, "asleep", 7);
    await asleep;
    await stage.expireLease();
    await expectGoesOn(await stage.takeover());
    expect(await stage.count("operations")).toBe(1);
  });
});
