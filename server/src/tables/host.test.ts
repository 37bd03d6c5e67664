import { asChips } from "@croupier/shared/core/chips";
import { phaseOf } from "@croupier/shared/core/table/state";
import { tableConfig } from "@croupier/shared/testing/drivenTable";
import { describe, expect, it, vi } from "vitest";
import { betting, settle } from "../testing/hostBench.ts";
import { BankFaultError, OutcomeUnknownError } from "./store.ts";

describe("a running table", () => {
  it("plays round after round by the clock", async () => {
    const bench = await betting();
    expect(await bench.bet("a", 10)).toEqual({
      answer: { op: "a", round: 1, stake: 10, balance: 990 },
    });
    await bench.until("result");
    const result = bench.events.find((event) => event.type === "result");
    expect(result?.result).toMatchObject({ playerId: "ann", round: 1, stake: 10 });
    expect(result?.result.balance).toBe(bench.store.balances.get("ann"));
    await bench.until("betting");
    expect(bench.host.state.round).toBe(2);
  });

  it("answers nothing before the store has", async () => {
    const bench = await betting();
    const release = bench.store.hold();
    let answered = false;
    const reply = bench.bet("a", 10).then((answer) => {
      answered = true;
      return answer;
    });
    await settle();
    expect(answered).toBe(false);
    expect(bench.host.state.totalStake).toBe(0);
    release();
    expect(await reply).toHaveProperty("answer");
  });

  it("gives the stored answer to an op of an earlier round, and refuses its reuse", async () => {
    const bench = await betting();
    const first = await bench.bet("a", 10);
    await bench.until("spinning");
    expect(await bench.bet("a", 10)).toEqual({ ...first, isReplay: true });
    expect(await bench.bet("a", 11)).toMatchObject({ refusal: { code: "OP_REUSED" } });
    expect(await bench.bet("b", 10)).toMatchObject({ refusal: { code: "BETTING_CLOSED" } });
    await bench.until("betting");
    expect(await bench.bet("a", 10)).toEqual({ ...first, isReplay: true });
    expect(bench.host.state.totalStake).toBe(0);
  });

  it("answers what is in flight when it stops, and takes nothing more", async () => {
    const bench = await betting();
    const release = bench.store.hold();
    const reply = bench.bet("a", 10);
    const stopped = bench.host.stop();
    expect(await bench.bet("b", 10)).toMatchObject({ refusal: { code: "TABLE_PAUSED" } });
    release();
    expect(await reply).toHaveProperty("answer");
    await stopped;
  });
});

describe("a bank that is away", () => {
  it("refuses bets, pauses the table, and lets it go on when it is back", async () => {
    const bench = await betting();
    bench.store.away = true;
    expect(await bench.bet("a", 10)).toMatchObject({ refusal: { code: "BANK_UNAVAILABLE" } });
    await settle();
    expect(phaseOf(bench.host.state)).toBe("paused");
    expect(await bench.bet("b", 10)).toMatchObject({ refusal: { code: "BANK_UNAVAILABLE" } });
    bench.store.away = false;
    bench.clock.advance(1_000);
    await settle();
    expect(phaseOf(bench.host.state)).toBe("betting");
    expect(await bench.bet("a", 10)).toHaveProperty("answer");
  });

  it("holds a turn of the round until it is durable, then goes on with the same round", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    bench.store.away = true;
    bench.clock.advance(60_000);
    await settle();
    expect(bench.host.state.stage).toBe("locking");
    expect(bench.events.some((event) => event.type === "result")).toBe(false);
    bench.store.away = false;
    await bench.until("result");
    expect(bench.store.round("t1", 1).status).toBe("settled");
    expect(bench.observed).toContain("unavailable lock");
  });
});

describe("a table that starts again", () => {
  it("goes on in the same round with the same bets", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    const { commitment, entropy } = bench.host.state;
    await bench.start();
    expect(bench.host.state).toMatchObject({ stage: "betting", round: 1, commitment, entropy });
    expect(bench.host.state.phaseEndsAt).toBeGreaterThanOrEqual(bench.clock.now() + 5_000);
    expect(bench.host.ownLayout("ann")).toMatchObject({ stake: 10, chips: [["red", 10]] });
    await bench.until("result");
    expect(bench.store.round("t1", 1).status).toBe("settled");
  });

  it("settles a round that was locked", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    // The process ends after the lock was durable and before the settlement was.
    const { lockRound } = bench.store;
    bench.store.lockRound = async (locking) => {
      const locked = await lockRound.call(bench.store, locking);
      bench.store.away = true;
      return locked;
    };
    await bench.until("settling");
    await bench.host.stop();
    bench.store.lockRound = lockRound;
    bench.store.away = false;
    await bench.start();
    await bench.until("spinning");
    expect(bench.host.state.round).toBe(1);
    expect(bench.store.round("t1", 1).status).toBe("settled");
  });

  it("voids the round where the wheel was changed meanwhile", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    await bench.start(tableConfig({ wheel: "american" }));
    expect(bench.store.round("t1", 1).status).toBe("void");
    expect(bench.store.balances.get("ann")).toBe(1_000);
    await bench.until("betting");
    expect(bench.host.state.round).toBe(2);
  });

  it("tells of a void round, once, who comes back after it", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    await bench.host.stop();
    bench.events.length = 0;
    await bench.start(tableConfig({ wheel: "american" }));
    const voided = () => bench.events.filter(({ type }) => type === "voided");
    expect(voided()).toEqual([]);
    for (const playerId of ["ben", "ann", "ann"]) {
      await bench.host.sit(playerId);
      // Ann has lost some at another table meanwhile.
      bench.host.tellVoided(playerId, asChips(970));
    }
    const reason = "The table's wheel was changed from european to american.";
    const stake = { playerId: "ann", round: 1, stake: 10, balance: 970, reason };
    expect(voided()).toEqual([{ type: "voided", ...stake, isLate: true }]);
  });
});

describe("an answer that nobody can find out", () => {
  it("makes the table start again from its store, in the same round", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    const { post } = bench.store;
    bench.store.post = async (tableId, posting) => {
      await post.call(bench.store, tableId, posting);
      throw new OutcomeUnknownError("the answer was lost for good");
    };
    expect(await bench.bet("b", 5)).toMatchObject({ refusal: { code: "BANK_UNAVAILABLE" } });
    // It is the bank that the table waits for.
    expect(phaseOf(bench.host.state)).toBe("paused");
    expect(await bench.bet("c", 5)).toMatchObject({ refusal: { code: "BANK_UNAVAILABLE" } });
    bench.store.post = post;
    bench.clock.advance(1_000);
    await settle();
    expect(bench.host.state).toMatchObject({ stage: "betting", round: 1, totalStake: 15 });
    expect(await bench.bet("b", 5)).toMatchObject({ answer: { op: "b", stake: 15 } });
    expect(bench.events.some((event) => event.type === "voided")).toBe(false);
  });
});

it("is as soon back each time that the bank does not say what became of an operation", async () => {
  const bench = await betting();
  bench.store.post = () => Promise.reject(new OutcomeUnknownError("the answer was lost"));
  for (const op of ["a", "b", "c", "d", "e", "f"]) {
    expect(await bench.bet(op, 5)).toMatchObject({ refusal: { code: "BANK_UNAVAILABLE" } });
    expect(phaseOf(bench.host.state)).toBe("paused");
    bench.clock.advance(250);
    await settle();
    expect(phaseOf(bench.host.state)).toBe("betting");
  }
});

describe("a table that froze", () => {
  it("waits for what its last life has under way, and knows of it then", async () => {
    const bench = await betting();
    const { post } = bench.store;
    const late = Promise.withResolvers<void>();
    bench.store.post = async (tableId, posting) => {
      if (posting.op === "lost") throw new OutcomeUnknownError("the answer was lost for good");
      await late.promise;
      return post.call(bench.store, tableId, posting);
    };
    await bench.host.sit("ben");
    bench.store.addPlayer("ben", 1_000);
    const slow = bench.bet("slow", 20, "ben");
    await bench.bet("lost", 10);
    await slow;
    bench.clock.advance(1_000);
    await settle();
    expect(bench.host.state.totalStake).toBe(0);
    expect(await bench.bet("c", 5)).toMatchObject({ refusal: { code: "BANK_UNAVAILABLE" } });
    late.resolve();
    await settle();
    expect(bench.host.state).toMatchObject({ stage: "betting", round: 1, totalStake: 20 });
    bench.store.post = post;
    expect(await bench.bet("slow", 20, "ben")).toHaveProperty("answer");
  });

  it("keeps a client seed that is given meanwhile", async () => {
    const bench = await betting();
    bench.store.post = () => Promise.reject(new OutcomeUnknownError("the answer was lost"));
    await bench.bet("lost", 10);
    bench.host.setClientSeed("ann", "given-while-frozen");
    bench.clock.advance(1_000);
    await settle();
    await bench.until("result");
    await bench.until("betting");
    expect(bench.host.state.clientSeeds).toEqual([{ playerId: "ann", seed: "given-while-frozen" }]);
  });

  it("asks nothing of who comes back to a seat", async () => {
    const bench = await betting();
    const asked = vi.spyOn(bench.store, "lastChips");
    await bench.host.sit("ann");
    expect(asked).not.toHaveBeenCalled();
    bench.host.leave("ann");
    await bench.host.sit("ann");
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("asks what repeat would place, of who has chips in the round that it found", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    await bench.until("result");
    await bench.until("betting");
    await bench.bet("b", 7);
    await bench.host.stop();
    await bench.start();
    await bench.host.sit("ann");
    expect(bench.host.ownLayout("ann")).toEqual({
      stake: 7,
      chips: [["red", 7]],
      lastChips: [["red", 10]],
    });
  });
});

describe("a broken invariant", () => {
  /** The table meets it as soon as Ann takes her chips back. */
  async function breakOnce(bench: Awaited<ReturnType<typeof betting>>, op: string) {
    const player = bench.host.state.players.get("ann");
    if (player !== undefined) player.stake = asChips(3);
    const reply = bench.host.operate({ playerId: "ann", op, kind: "clear", chips: [] });
    expect(await reply).toMatchObject({ refusal: { code: "TABLE_PAUSED" } });
  }

  it("pauses the table, which starts again from the books and goes on with the round", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    await breakOnce(bench, "b");
    expect(bench.observed[0]).toMatch(/froze InvariantError/);
    expect(phaseOf(bench.host.state)).toBe("paused");
    expect(bench.events.at(-1)).toEqual({ type: "froze" });
    bench.clock.advance(1_000);
    await settle();
    expect(bench.host.state).toMatchObject({ stage: "betting", round: 1, totalStake: 10 });
    expect(await bench.bet("c", 5)).toMatchObject({ answer: { round: 1, stake: 15 } });
    expect(bench.events.some((event) => event.type === "voided")).toBe(false);
  });

  it("does so each time, once in a round", async () => {
    const bench = await betting();
    for (const round of [1, 2, 3]) {
      await bench.bet(`a${round}`, 10);
      await breakOnce(bench, `b${round}`);
      bench.clock.advance(1_000);
      await settle();
      expect(bench.host.state).toMatchObject({ stage: "betting", round, totalStake: 10 });
      await bench.until("result");
      await bench.until("betting");
    }
    expect(bench.events.some((event) => event.type === "voided")).toBe(false);
  });

  it("says nothing of the round where the books cannot be read for a while", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    const { prepareTable } = bench.store;
    bench.store.prepareTable = () => Promise.reject(new Error("password authentication failed"));
    await breakOnce(bench, "b");
    bench.clock.advance(1_000);
    await settle();
    bench.clock.advance(1_000);
    await settle();
    bench.store.prepareTable = prepareTable;
    bench.clock.advance(5_000);
    await settle();
    expect(bench.host.state).toMatchObject({ stage: "betting", round: 1, totalStake: 10 });
    expect(bench.events.some((event) => event.type === "voided")).toBe(false);
  });

  it("refuses operations as what keeps the table from starting again has it", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    const { prepareTable } = bench.store;
    await breakOnce(bench, "b");
    for (const [error, code] of [
      [new BankFaultError("a page is damaged"), "BANK_UNAVAILABLE"],
      [new Error("a bug"), "TABLE_PAUSED"],
    ] as const) {
      bench.store.prepareTable = () => Promise.reject(error);
      bench.clock.next();
      await settle();
      expect(await bench.bet("c", 5)).toMatchObject({ refusal: { code } });
    }
    bench.store.prepareTable = prepareTable;
    bench.clock.next();
    await settle();
    expect(await bench.bet("c", 5)).toMatchObject({ answer: { round: 1, stake: 15 } });
  });

  it("tries no more, and tells of nothing, once the table is somebody else's", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    const { promise, reject } = Promise.withResolvers<never>();
    await breakOnce(bench, "b");
    const never = new Promise<never>(() => undefined);
    const prepare = vi.spyOn(bench.store, "prepareTable");
    prepare.mockReturnValueOnce(promise).mockReturnValue(never);
    bench.clock.next();
    await settle();
    bench.host.lose();
    reject(new Error("a bug"));
    await settle();
    expect(bench.observed).toEqual([expect.stringMatching(/froze InvariantError/)]);
    expect(prepare).toHaveBeenCalledTimes(1);
  });

  it("takes the round back where it comes again, tells the players and goes on", async () => {
    const bench = await betting();
    await bench.bet("a", 10);
    await breakOnce(bench, "b");
    bench.clock.advance(1_000);
    await settle();
    await breakOnce(bench, "b");
    bench.clock.advance(1_000);
    await settle();
    expect(bench.events.find((event) => event.type === "voided")).toMatchObject({
      playerId: "ann",
      round: 1,
      stake: 10,
      balance: 1_000,
    });
    await bench.until("betting");
    expect(bench.host.state.round).toBe(2);
    expect(await bench.bet("c", 10)).toHaveProperty("answer");
  });
});
