import { beforeEach, describe, expect, it } from "vitest";
import { Journal } from "./journal.ts";
import type { Wish } from "./strategies.ts";

const bet = (...amounts: number[]): Wish => ({
  kind: "bet",
  chips: amounts.map((amount) => ["red", amount] as const),
});
const settled = {
  round: 4,
  pocket: "1",
  stake: 30,
  returned: 60,
  net: 30,
  balance: 1030,
  wins: [],
};

let journal: Journal;
const answer = (op: string, stake: number) => ({ op, round: 4, stake, balance: 1000 - stake });

beforeEach(() => {
  journal = new Journal("t");
});

describe("a bot's notes", () => {
  it("keep what each operation moved", () => {
    const first = journal.begin("a", "bet");
    journal.acknowledged(first, bet(10, 20), answer("a", 30));
    const second = journal.begin("b", "undo");
    journal.acknowledged(second, { kind: "undo", chips: [] }, answer("b", 0));
    expect([first.stakeChange, second.stakeChange]).toEqual([30, -30]);
    expect(journal.faults).toEqual([]);
  });

  it("have a fault where a bet changed the stake by something else", () => {
    journal.acknowledged(journal.begin("a", "bet"), bet(10), answer("a", 11));
    expect(journal.faults).toEqual(["round 4: a bet of 10 changed the stake by 11"]);
  });

  it("have a fault where another operation was answered", () => {
    journal.acknowledged(journal.begin("a", "bet"), bet(10), answer("b", 10));
    expect(journal.faults).toEqual(["op a was answered as b"]);
  });

  it("hold a round open until it is told settled or void", () => {
    journal.acknowledged(journal.begin("a", "bet"), bet(30), answer("a", 30));
    expect(journal.openRounds()).toEqual([4]);
    journal.settled(settled);
    expect(journal.openRounds()).toEqual([]);
  });

  it("have a fault where a round is settled twice", () => {
    journal.settled(settled);
    journal.settled(settled);
    expect(journal.faults).toEqual(["round 4 was settled twice"]);
  });

  it("have a fault where the table remembers another stake than was acknowledged", () => {
    journal.acknowledged(journal.begin("a", "bet"), bet(30), answer("a", 30));
    journal.seated({ round: 4, stake: 30 });
    expect(journal.faults).toEqual([]);
    journal.seated({ round: 4, stake: 20 });
    expect(journal.faults).toEqual(["round 4: sat down to 20 chips, not 30"]);
  });

  it("take a table without chips for one whose round is over, unless that goes on", () => {
    journal.acknowledged(journal.begin("a", "bet"), bet(30), answer("a", 30));
    journal.seated({ round: 4, stake: 0 });
    expect(journal.faults).toEqual([]);
    journal.settled(settled);
    expect(journal.faults).toEqual(["round 4: sat down to 0 chips, not 30"]);
  });

  it("claim nothing about rounds in which an operation was never answered", () => {
    journal.begin("a", "bet");
    journal.unanswered([4]);
    journal.seated({ round: 4, stake: 20 });
    expect(journal.faults).toEqual([]);
    expect(journal.rounds).toMatchObject([{ round: 4, certain: false }]);
  });
});
