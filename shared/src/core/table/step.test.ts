import { describe, expect, it } from "vitest";
import { DrivenTable, limitsOf, tableConfig } from "../../testing/drivenTable.ts";
import { BOUNDS } from "../bounds.ts";
import { asChips } from "../chips.ts";
import { betsDigestOf, commitmentOf, entropyOf, outcomeOf } from "../fairness.ts";
import type { TableEffect } from "./effects.ts";
import { phaseOf } from "./state.ts";

function open(config = tableConfig()): DrivenTable {
  const table = new DrivenTable(config);
  table.sit("ann");
  table.sit("bob");
  table.until("betting");
  return table;
}

const refusalIn = (effects: readonly TableEffect[]) =>
  effects.find((effect) => effect.type === "refuse")?.refusal;
const answerIn = (effects: readonly TableEffect[]) =>
  effects.find((effect) => effect.type === "answer")?.answer;

describe("a round", () => {
  it("opens with the commitment and the entropy of the seeds given before", () => {
    const table = new DrivenTable();
    table.sit("ann");
    table.put({ type: "client-seed", now: table.now, playerId: "ann", seed: "mine" });
    table.until("betting");
    expect(table.state.round).toBe(1);
    expect(table.state.commitment).toBe(table.seeds[0]);
    expect(table.state.entropy).toBe(entropyOf([{ playerId: "ann", seed: "mine" }]));
  });

  it("counts a client seed given during betting from the next round on", () => {
    const table = open();
    table.put({ type: "client-seed", now: table.now, playerId: "ann", seed: "late" });
    expect(table.state.entropy).toBe(entropyOf([]));
    table.until("result");
    table.until("betting");
    expect(table.state.entropy).toBe(entropyOf([{ playerId: "ann", seed: "late" }]));
  });

  it("goes through its phases with and without players", () => {
    const table = new DrivenTable();
    const phases: string[] = [];
    for (const stage of ["betting", "settled", "spinning", "result", "betting"] as const) {
      table.until(stage);
      phases.push(phaseOf(table.state));
    }
    expect(phases).toEqual(["betting", "closing", "spinning", "result", "betting"]);
    expect(table.state.round).toBe(2);
  });

  it("tells the pocket and the seed only when the ball spins, after the bets digest", () => {
    const table = open();
    table.operate("ann", "bet", { chips: [["red", 10]] });
    table.until("settled");
    expect(table.state).toMatchObject({ seed: "", pocket: "" });
    expect(table.state.betsDigest).not.toBe("");
    table.until("spinning");
    const { round, entropy, seed, commitment } = table.state;
    expect(commitmentOf(seed)).toBe(commitment);
    const outcome = outcomeOf({ tableId: "t1", round, wheel: "european", entropy, seed });
    expect(table.state.pocket).toBe(outcome);
  });

  it("pays every spot's return and tells each player their own result", () => {
    const table = open();
    const even = Array.from({ length: 37 }, (_, n) => [`straight:${n}`, 2] as const);
    table.operate("ann", "bet", { chips: even });
    table.until("result");
    const results = table.effects.filter((effect) => effect.type === "result");
    expect(results).toHaveLength(1);
    expect(results[0]?.result).toMatchObject({
      playerId: "ann",
      stake: 74,
      returned: 72,
      balance: 998,
      wins: [[`straight:${table.state.pocket}`, 72]],
    });
  });

  it("throws at a seed that is not the committed one", () => {
    const table = open();
    table.until("locking");
    const { now } = table;
    const seed = table.seeds[5] ?? "";
    expect(() => table.put({ type: "locked", now, seed })).toThrow(/seed of round 1/);
  });

  it("settles the chips of a player who left, and forgets the player after", () => {
    const table = open();
    table.operate("ann", "bet", { chips: [["red", 10]] });
    table.put({ type: "left", now: table.now, playerId: "ann" });
    table.until("result");
    expect(table.effects.some((effect) => effect.type === "result")).toBe(true);
    table.until("betting");
    expect(table.state.players.has("ann")).toBe(false);
  });

  it("waits with the lock for operations in flight, and takes in what came in time", () => {
    const table = open();
    table.ask("ann", "bet", { op: "a", chips: [["red", 10]] });
    table.ask("ann", "bet", { op: "b", chips: [["red", 5]] });
    table.now = table.state.phaseEndsAt;
    table.put({ type: "tick", now: table.now });
    expect(table.state.stage).toBe("draining");
    table.answer();
    expect(table.state.stage).toBe("draining");
    const effects = table.answer();
    expect(answerIn(effects)).toMatchObject({ op: "b", stake: 15 });
    expect(table.state.stage).toBe("locking");
  });

  it("pauses while the bank is away and goes on after", () => {
    const table = open();
    table.put({ type: "bank", now: table.now, available: false });
    expect(phaseOf(table.state)).toBe("paused");
    expect(refusalIn(table.ask("ann", "bet", { chips: [["red", 1]] }))?.code).toBe(
      "BANK_UNAVAILABLE",
    );
    table.put({ type: "bank", now: table.now, available: true });
    expect(phaseOf(table.state)).toBe("betting");
  });
});

describe("operations", () => {
  it("answer a bet with stake and balance once it is posted, not before", () => {
    const table = open();
    const asked = table.ask("ann", "bet", {
      op: "x",
      chips: [
        ["split:17-20", 5],
        ["split:17-20", 5],
      ],
    });
    expect(answerIn(asked)).toBeUndefined();
    expect(answerIn(table.answer())).toEqual({ op: "x", round: 1, stake: 10, balance: 990 });
    expect([...(table.state.players.get("ann")?.chips ?? [])]).toEqual([["split:17-20", 10]]);
  });

  it("undo, clear, double and repeat answer the whole layout", () => {
    const table = open();
    table.operate("ann", "bet", { chips: [["red", 10]] });
    table.operate("ann", "bet", { chips: [["odd", 5]] });
    const doubled = answerIn(table.operate("ann", "double"));
    expect(doubled).toMatchObject({
      stake: 30,
      chips: [
        ["red", 20],
        ["odd", 10],
      ],
    });
    expect(answerIn(table.operate("ann", "undo"))).toMatchObject({ stake: 15, balance: 985 });
    expect(answerIn(table.operate("ann", "undo"))?.chips).toEqual([["red", 10]]);
    expect(answerIn(table.operate("ann", "clear"))).toMatchObject({ stake: 0, chips: [] });
    expect(refusalIn(table.operate("ann", "undo"))?.code).toBe("NOTHING_TO_UNDO");
    table.operate("ann", "bet", { chips: [["low", 7]] });
    table.until("result");
    table.until("betting");
    expect(answerIn(table.operate("ann", "repeat"))?.chips).toEqual([["low", 7]]);
  });

  it("answer the same op with the same content as the first time and move nothing", () => {
    const table = open();
    const first = answerIn(table.operate("ann", "bet", { op: "x", chips: [["red", 10]] }));
    const again = table.operate("ann", "bet", { op: "x", chips: [["red", 10]] });
    expect(again).toEqual([{ type: "answer", request: 2, answer: first, isReplay: true }]);
    const other = table.operate("ann", "bet", { op: "x", chips: [["red", 11]] });
    expect(refusalIn(other)?.code).toBe("OP_REUSED");
    expect(table.state.totalStake).toBe(10);
  });

  it("are forgotten with their round: the store knows the older ones", () => {
    const table = open();
    table.operate("ann", "bet", { op: "x", chips: [["red", 10]] });
    table.until("result");
    table.until("betting");
    table.ask("ann", "bet", { op: "x", chips: [["red", 10]] });
    expect(table.posted).toHaveLength(1);
  });

  it("answer everyone who asked with the same op while it was in flight", () => {
    const table = open();
    table.ask("ann", "bet", { op: "x", chips: [["red", 10]] });
    table.ask("ann", "bet", { op: "x", chips: [["red", 10]] });
    const effects = table.answer().filter((effect) => effect.type === "answer");
    expect(effects.map(({ request }) => request)).toEqual([1, 2]);
    expect(table.posted).toHaveLength(0);
  });

  it("answer an op that waits twice only once posted, and move its chips once", () => {
    const table = open();
    table.ask("ann", "bet", { op: "first", chips: [["red", 10]] });
    table.ask("ann", "bet", { op: "x", chips: [["red", 1]] });
    table.ask("ann", "bet", { op: "x", chips: [["red", 1]] });
    table.answer();
    const answered = table.answer().filter((effect) => effect.type === "answer");
    expect(answered.map(({ request }) => request)).toEqual([2, 3]);
    expect(table.state.totalStake).toBe(11);
  });

  const waiting = () => {
    const table = open();
    table.ask("ann", "bet", { op: "first", chips: [["red", 10]] });
    table.ask("ann", "bet", { op: "x", chips: [["red", 1]] });
    return table;
  };

  it("answer everyone who asked with an op that waits, also after the close", () => {
    const table = waiting();
    table.now = table.state.phaseEndsAt + 5;
    expect(table.ask("ann", "bet", { op: "x", chips: [["red", 1]] })).toEqual([]);
    const other = table.ask("ann", "bet", { op: "x", chips: [["red", 2]] });
    expect(refusalIn(other)?.code).toBe("OP_REUSED");
    table.answer();
    const answered = table.answer().filter((effect) => effect.type === "answer");
    expect(answered.map(({ request }) => request)).toEqual([2, 3]);
    expect(table.state.totalStake).toBe(11);
  });

  it("answer everyone who asked with an op that waits, also where no more may wait", () => {
    const table = waiting();
    for (let more = 1; more < BOUNDS.operationsWaitingPerPlayer; more += 1) {
      table.ask("ann", "bet", { chips: [["black", 1]] });
    }
    const full = table.ask("ann", "bet", { chips: [["black", 1]] });
    expect(refusalIn(full)?.code).toBe("TOO_MANY_REQUESTS");
    expect(table.ask("ann", "bet", { op: "x", chips: [["red", 1]] })).toEqual([]);
  });

  it("refuse everyone who asked with an op that waited in vain", () => {
    const table = open();
    table.ask("ann", "bet", { op: "first", chips: [["red", 10]] });
    table.ask("ann", "bet", { op: "x", chips: [["no-such-spot", 1]] });
    table.ask("ann", "bet", { op: "x", chips: [["no-such-spot", 1]] });
    const refused = table.answer().filter((effect) => effect.type === "refuse");
    expect(refused.map(({ request }) => request)).toEqual([2, 3]);
  });

  it("give the stored answer where the store knows the op from an earlier round", () => {
    const table = open();
    table.ask("ann", "bet", { op: "old", chips: [["red", 10]] });
    const stored = { op: "old", round: 0, stake: 10 as never, balance: 5 as never };
    const effects = table.answer({ status: "already", sameContent: true, answer: stored });
    expect(answerIn(effects)).toEqual(stored);
    expect(table.state.totalStake).toBe(0);
    expect(table.state.exposure.stake).toBe(0);
  });

  it("take a bet back that the bank could not place", () => {
    const table = open();
    table.ask("ann", "bet", { chips: [["red", 2_000]] });
    const refusal = refusalIn(table.answer());
    expect(refusal).toMatchObject({ code: "INSUFFICIENT_CHIPS", limit: 1_000 });
    table.ask("ann", "bet", { chips: [["red", 10]] });
    expect(refusalIn(table.answer({ status: "unavailable" }))?.code).toBe("BANK_UNAVAILABLE");
    expect(table.state.exposure.stake).toBe(0);
    expect(table.state.totalStake).toBe(0);
  });

  it("are refused after the close, with how late they were", () => {
    const table = open();
    const closesAt = table.state.phaseEndsAt;
    table.now = closesAt + 40;
    const beforeTick = table.ask("ann", "bet", { chips: [["red", 1]] });
    expect(refusalIn(beforeTick)).toMatchObject({ code: "BETTING_CLOSED", lateMs: 40 });
    table.until("spinning");
    table.now = closesAt + 5_000;
    const later = table.ask("ann", "bet", { chips: [["red", 1]] });
    expect(refusalIn(later)).toMatchObject({ code: "BETTING_CLOSED", lateMs: 5_000 });
  });

  it("are bounded in number", () => {
    const table = open();
    let refusal = refusalIn(table.ask("ann", "bet", { chips: [["red", 1]] }));
    for (let asked = 0; refusal === undefined && asked < 100; asked += 1) {
      refusal = refusalIn(table.ask("ann", "bet", { chips: [["red", 1]] }));
    }
    expect(refusal).toMatchObject({ code: "TOO_MANY_REQUESTS", limit: 8 });
  });
});

describe("the bets' digest", () => {
  it("is public once the lock is durable, and not before", () => {
    const table = open();
    table.operate("ann", "bet", { chips: [["red", 10]] });
    table.until("locking");
    expect(table.state.betsDigest).toBe("");
    table.until("settled");
    expect(table.state.betsDigest).toBe(
      betsDigestOf([{ playerId: "ann", spot: "red", amount: asChips(10) }]),
    );
  });
});

describe("limits", () => {
  const limits = limitsOf({ min: 5, spotMax: 100, playerMax: 150, houseMax: 3_600 });
  const cases: [string, readonly (readonly [string, number])[], object][] = [
    ["an unknown spot", [["split:1-36", 5]], { code: "SPOT_UNKNOWN", spot: "split:1-36" }],
    ["a spot of another wheel", [["straight:00", 5]], { code: "SPOT_UNKNOWN" }],
    ["zero", [["red", 0]], { code: "AMOUNT_INVALID" }],
    ["a negative amount", [["red", -5]], { code: "AMOUNT_INVALID" }],
    ["a fraction", [["red", 5.5]], { code: "AMOUNT_INVALID" }],
    ["an amount that is huge", [["red", 2 ** 60]], { code: "AMOUNT_INVALID" }],
    ["an amount that is no number", [["red", Number.NaN]], { code: "AMOUNT_INVALID" }],
    ["too little", [["red", 4]], { code: "BELOW_MIN", limit: 5 }],
    ["too much on a spot", [["red", 101]], { code: "ABOVE_SPOT_MAX", limit: 100 }],
    [
      "too much for a player",
      [
        ["red", 90],
        ["odd", 51],
      ],
      { code: "ABOVE_PLAYER_MAX", limit: 150 },
    ],
  ];
  it.each(cases)("refuse %s, and the whole batch with it", (_, chips, refusal) => {
    const table = open(tableConfig({ limits }));
    const effects = table.ask("ann", "bet", { chips: [["black", 10], ...chips] });
    expect(refusalIn(effects)).toMatchObject(refusal);
    expect(table.posted).toHaveLength(0);
    expect(table.state.exposure.stake).toBe(0);
  });

  it("count bets in flight for the house limit, and a removal only once it is posted", () => {
    const table = open(tableConfig({ limits }));
    table.ask("ann", "bet", { chips: [["straight:17", 100]] });
    const over = table.ask("bob", "bet", { chips: [["straight:17", 100]] });
    expect(refusalIn(over)).toMatchObject({ code: "HOUSE_LIMIT", limit: 3_600 });
    table.answer();
    table.ask("ann", "clear");
    const still = table.ask("bob", "bet", { chips: [["straight:17", 100]] });
    expect(refusalIn(still)?.code).toBe("HOUSE_LIMIT");
    table.answer();
    expect(table.state.exposure.worst()).toBe(0);
    expect(answerIn(table.operate("bob", "bet", { chips: [["straight:17", 100]] }))).toBeDefined();
  });

  it("hold where chips leave that paid for the others' wins", () => {
    const wide = limitsOf({ min: 5, spotMax: 100, playerMax: 400, houseMax: 3_600 });
    const table = open(tableConfig({ limits: wide }));
    table.balances.set("cyd", asChips(1_000));
    const elsewhere = ["1", "2", "3", "4"].map((label) => [`straight:${label}`, 100] as const);
    table.operate("ann", "bet", { chips: elsewhere });
    table.operate("bob", "bet", { chips: [["straight:17", 100]] });
    table.operate("cyd", "bet", { chips: [["straight:17", 10]] });
    expect(refusalIn(table.ask("ann", "clear"))).toMatchObject({
      code: "HOUSE_LIMIT",
      limit: 3_600,
    });
    expect(refusalIn(table.ask("ann", "undo"))).toMatchObject({ code: "HOUSE_LIMIT" });
    table.operate("bob", "clear");
    expect(answerIn(table.operate("ann", "clear"))).toMatchObject({ stake: 0 });
  });

  it("rest on no chips that may still fail to come", () => {
    const wide = limitsOf({ min: 5, spotMax: 100, playerMax: 400, houseMax: 3_600 });
    const table = open(tableConfig({ limits: wide }));
    table.balances.set("cyd", asChips(1_000));
    table.operate("bob", "bet", { chips: [["straight:17", 100]] });
    const elsewhere = ["1", "2", "3", "4"].map((label) => [`straight:${label}`, 100] as const);
    table.ask("ann", "bet", { chips: elsewhere });
    const more = table.ask("cyd", "bet", { chips: [["straight:17", 10]] });
    expect(refusalIn(more)).toMatchObject({ code: "HOUSE_LIMIT" });
    table.answer();
    expect(answerIn(table.operate("cyd", "bet", { chips: [["straight:17", 10]] }))).toBeDefined();
  });

  it("hold for double and repeat as well", () => {
    const table = open(tableConfig({ limits }));
    table.operate("ann", "bet", { chips: [["red", 60]] });
    expect(refusalIn(table.ask("ann", "double"))).toMatchObject({ code: "ABOVE_SPOT_MAX" });
  });
});
