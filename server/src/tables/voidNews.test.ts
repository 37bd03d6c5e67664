/** Who is told of a round that was taken back, and who is not. */
import { asChips } from "@croupier/shared/core/chips";
import { phaseOf } from "@croupier/shared/core/table/state";
import { tableConfig } from "@croupier/shared/testing/drivenTable";
import { describe, expect, it } from "vitest";
import type { Bench } from "../testing/hostBench.ts";
import { betting, expectTurns, settle } from "../testing/hostBench.ts";
import { MemoryTableStore } from "../testing/memoryTableStore.ts";
import type { VoidedStake } from "./recovery.ts";
import { BankUnavailableError, MOST_VOID_ROUNDS, OutcomeUnknownError } from "./store.ts";
import type { TableEvent } from "./tableHost.ts";
import { VoidNews } from "./voidNews.ts";

describe("a table whose last round was taken back before anybody was told", () => {
  /** Ann's and Ben's chips were given back by a process that ended then. */
  async function takenBack(): Promise<Bench> {
    const bench = await betting();
    bench.store.addPlayer("ben", 1_000);
    await bench.host.sit("ben");
    await bench.bet("a", 10);
    await bench.bet("b", 20, "ben");
    await bench.host.stop();
    await bench.store.voidRound({ tableId: "t1", round: 1, reason: "It broke." });
    bench.events.length = 0;
    return bench;
  }

  /** They come to the table, and are told what there is. */
  async function told(bench: Bench, playerId: string): Promise<readonly TableEvent[]> {
    bench.events.length = 0;
    await bench.host.sit(playerId);
    bench.host.tellVoided(playerId, asChips(1_000));
    return bench.events.filter(({ type }) => type === "voided");
  }

  const news = (playerId: string, stake: number) => [
    {
      type: "voided",
      playerId,
      round: 1,
      reason: "It broke.",
      stake,
      balance: 1_000,
      isLate: true,
    },
  ];

  it("tells who comes back, once", async () => {
    const bench = await takenBack();
    await bench.start();
    expect(await told(bench, "ann")).toEqual(news("ann", 10));
    expect(await told(bench, "ann")).toEqual([]);
    expect(await told(bench, "somebody")).toEqual([]);
    await bench.until("betting");
    expect(await told(bench, "ben")).toEqual(news("ben", 20));
  });

  it("tells nobody once its own first round is over", async () => {
    const bench = await takenBack();
    await bench.start();
    await bench.until("spinning");
    expect(await told(bench, "ann")).toEqual([]);
    await bench.host.stop();
    await bench.start();
    expect(await told(bench, "ann")).toEqual([]);
  });

  it("tells it in the next round, too, but nobody who has done something there", async () => {
    const bench = await takenBack();
    await bench.start();
    await bench.until("betting");
    await bench.bet("next", 5);
    await bench.host.stop();
    await bench.start();
    expect(bench.host.state).toMatchObject({ stage: "betting", round: 2 });
    expect(await told(bench, "ann")).toEqual([]);
    expect(await told(bench, "ben")).toEqual(news("ben", 20));
  });

  it("tells it in the next round whose seed is in it, but who was not there to hear", async () => {
    const bench = await takenBack();
    await bench.start();
    await bench.host.sit("ben");
    bench.host.setClientSeed("ben", "lucky");
    await bench.until("betting");
    expect(bench.host.state.clientSeeds).toEqual([{ playerId: "ben", seed: "lucky" }]);
    await bench.host.stop();
    await bench.start();
    expect(await told(bench, "ben")).toEqual(news("ben", 20));
  });

  it("does not tell it again where it starts again", async () => {
    const bench = await takenBack();
    await bench.start();
    expect(await told(bench, "ann")).toEqual(news("ann", 10));
    await bench.until("betting");
    const { post } = bench.store;
    bench.store.post = () => Promise.reject(new OutcomeUnknownError("the answer was lost"));
    await bench.bet("lost", 1, "somebody");
    bench.store.post = post;
    bench.clock.advance(1_000);
    await settle();
    expect(phaseOf(bench.host.state)).toBe("betting");
    expect(await told(bench, "ann")).toEqual([]);
    expect(await told(bench, "ben")).toEqual(news("ben", 20));
  });
});

it("tells those who are there of a round that was taken back without an answer", async () => {
  const bench = await betting();
  await bench.bet("a", 10);
  const { lockRound, voidRound } = bench.store;
  // The bets of the lock are not those of the log, each time.
  bench.store.lockRound = () => Promise.reject(new Error("a broken invariant"));
  bench.store.voidRound = async (voiding) => {
    await voidRound.call(bench.store, voiding);
    throw new BankUnavailableError("the answer was lost");
  };
  const voided = () => bench.events.filter(({ type }) => type === "voided");
  await expectTurns(bench, () => voided().length > 0);
  expect(voided()).toMatchObject([{ playerId: "ann", round: 1, stake: 10, balance: 1_000 }]);
  Object.assign(bench.store, { lockRound, voidRound });
  await bench.until("result");
  expect(bench.host.state.round).toBe(2);
  expect(voided()).toHaveLength(1);
});

it("tells who was away for as long as it runs, although the bank went away behind the void", async () => {
  const bench = await betting();
  bench.store.addPlayer("ben", 1_000);
  await bench.host.sit("ben");
  await bench.bet("b", 20, "ben");
  bench.host.leave("ben");
  const { lockRound, voidRound, prepareTable } = bench.store;
  bench.store.lockRound = () => Promise.reject(new Error("a broken invariant"));
  bench.store.voidRound = async (voiding) => {
    const answer = await voidRound.call(bench.store, voiding);
    bench.store.prepareTable = () => {
      Object.assign(bench.store, { prepareTable });
      return Promise.reject(new BankUnavailableError("it was stopped"));
    };
    return answer;
  };
  await expectTurns(bench, () => bench.observed.includes("unavailable recover"));
  Object.assign(bench.store, { lockRound, voidRound });
  await bench.until("result");
  expect(bench.host.state.round).toBe(2);
  await bench.until("betting");
  bench.events.length = 0;
  await bench.host.sit("ben");
  bench.host.tellVoided("ben", asChips(1_000));
  expect(bench.events).toContainEqual(expect.objectContaining({ type: "voided", stake: 20 }));
});

describe("a table whose rounds are taken back one after the other", () => {
  const voided = ({ events }: Bench) => events.filter(({ type }) => type === "voided");

  /** Ben's 20 chips lay in round 1, and he is gone; each round breaks twice, and is void. */
  async function breaking(): Promise<Bench> {
    const bench = await betting();
    bench.store.addPlayer("ben", 1_000);
    await bench.host.sit("ben");
    await bench.bet("b", 20, "ben");
    bench.host.leave("ben");
    bench.store.lockRound = () => Promise.reject(new Error("a broken invariant"));
    await expectTurns(bench, () => bench.host.state.round === 2);
    return bench;
  }

  /** Ben comes back; answers the rounds that he is told of. */
  async function told(bench: Bench): Promise<readonly unknown[]> {
    bench.events.length = 0;
    await bench.host.sit("ben");
    bench.host.tellVoided("ben", asChips(990));
    return voided(bench);
  }

  const word = (round: number, stake: number) =>
    expect.objectContaining({ playerId: "ben", round, stake, balance: 990, isLate: true });

  it.each([
    { what: "with somebody's chips in the second", chips: 5 },
    { what: "with nobody's chips in the second", chips: 0 },
  ])("tells who was away of the first, $what", async ({ chips }) => {
    const bench = await breaking();
    if (chips > 0) expect(await bench.bet("a", chips)).toHaveProperty("answer");
    await expectTurns(bench, () => bench.host.state.round === 3);
    expect(bench.store.round("t1", 2).status).toBe("void");
    expect(await told(bench)).toEqual([word(1, 20)]);
    expect(await told(bench)).toEqual([]);
  });

  it("tells who was away in all of them of each, the oldest first, however much later", async () => {
    const { lockRound } = new MemoryTableStore();
    const bench = await breaking();
    // Ben had no time to be told: he bet at once, and was gone again.
    bench.host.keepVoided({ ...(await lateOf(bench)), round: 1 });
    await bench.bet("b2", 10, "ben");
    bench.host.leave("ben");
    await expectTurns(bench, () => bench.host.state.round === 3);
    bench.store.lockRound = lockRound;
    await bench.until("result");
    await bench.until("betting");
    expect(bench.store.round("t1", 3).status).toBe("settled");
    expect(await told(bench)).toEqual([word(1, 20), word(2, 10)]);
  });

  async function lateOf(bench: Bench): Promise<VoidedStake> {
    const [event] = await told(bench);
    return event as VoidedStake;
  }

  it("tells of each that it found, but who did something in a later one of it alone", async () => {
    const bench = await breaking();
    await bench.bet("a", 5);
    await bench.host.stop();
    await bench.store.voidRound({ tableId: "t1", round: 2, reason: "It broke." });
    await bench.start();
    expect(await told(bench)).toEqual([word(1, 20)]);
    await bench.host.sit("ann");
    bench.host.tellVoided("ann", asChips(1_000));
    expect(voided(bench).slice(1)).toMatchObject([{ playerId: "ann", round: 2, stake: 5 }]);
  });

  it("tells of one that it found, and took the next one back itself", async () => {
    const bench = await breaking();
    await bench.bet("a", 5);
    await bench.host.stop();
    await bench.start(tableConfig({ wheel: "american" }));
    expect(bench.store.round("t1", 2)).toMatchObject({ status: "void" });
    expect(await told(bench)).toEqual([word(1, 20)]);
  });
});

it("keeps the words of so many rounds", () => {
  const news = new VoidNews();
  const rounds = Array.from({ length: MOST_VOID_ROUNDS + 2 }, (_, index) => index + 1);
  for (const round of rounds) {
    news.tookBack(round);
    const stake = { playerId: "ben", reason: "It broke.", balance: asChips(1), stake: asChips(1) };
    expect(news.heard([{ ...stake, round }], () => false)).toEqual([]);
  }
  expect(news.take("ben").map(({ round }) => round)).toEqual(rounds.slice(2));
});
