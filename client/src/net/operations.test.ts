import type { BetAnswer } from "@croupier/shared/protocol/requests";
import { describe, expect, it } from "vitest";
import { createIntents } from "../store/intents.ts";
import { createStore } from "../store/store.ts";
import { aSeat, aTable, seatedState } from "../store/testing.ts";
import { createOperationSender } from "./operations.ts";

/** Lets promises that are settled run their consequences. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** A table whose answers the test gives by hand. */
function atTable() {
  const store = createStore(seatedState());
  const sent: {
    type: string;
    payload: unknown;
    answer: (answer: BetAnswer) => void;
    fail: (error: unknown) => void;
  }[] = [];
  const retries: (() => void)[] = [];
  const seat = { taken: true, waiting: [] as (() => void)[] };
  const flush = createOperationSender(store, {
    request: (type, payload) =>
      new Promise((answer, fail) => {
        sent.push({ type, payload, answer, fail });
      }),
    beforeRetry: (_attempt, resume) => retries.push(resume),
    whenSeated: (resume) => (seat.taken ? resume() : seat.waiting.push(resume)),
  });
  let made = 0;
  const intents = createIntents(store, () => `op${++made}`, flush);
  return { store, sent, retries, seat, intents };
}

const answer = (op: string, stake: number): BetAnswer => ({
  op,
  round: 7,
  stake,
  balance: 1000 - stake,
});

describe("sending operations", () => {
  it("sends one at a time, in order", async () => {
    const { store, sent, intents } = atTable();
    intents.placeChip("red");
    intents.double();
    expect(sent).toMatchObject([{ type: "bet", payload: { op: "op1", chips: [["red", 5]] } }]);
    sent[0]?.answer(answer("op1", 5));
    await settle();
    expect(sent[1]).toMatchObject({ type: "double", payload: { op: "op2" } });
    expect(store.state().balance).toBe(995);
  });

  it("waits for the seat: before it is taken nobody hears", async () => {
    const { store, sent, seat, intents } = atTable();
    seat.taken = false;
    intents.placeChip("red");
    intents.placeChip("black");
    expect(sent).toEqual([]);
    expect(seat.waiting).toHaveLength(1);
    seat.taken = true;
    seat.waiting[0]?.();
    expect(sent).toMatchObject([{ payload: { op: "op1" } }]);
    sent[0]?.answer(answer("op1", 5));
    await settle();
    expect(sent[1]).toMatchObject({ payload: { op: "op2" } });
    expect(store.state().pending).toHaveLength(1);
  });

  it.each(["BANK_UNAVAILABLE", "TABLE_PAUSED"])(
    "sends the same operation again when %s leaves open whether it counts",
    async (code) => {
      const { store, sent, retries, intents } = atTable();
      intents.placeChip("red");
      sent[0]?.fail({ reason: { code, message: "not now" } });
      await settle();
      expect(store.state().pending).toHaveLength(1);
      retries[0]?.();
      expect(sent[1]).toMatchObject({ type: "bet", payload: { op: "op1" } });
      sent[1]?.answer(answer("op1", 5));
      await settle();
      expect(store.state()).toMatchObject({ pending: [], balance: 995 });
    },
  );

  it("sends an operation again that was one too many only when sent again", async () => {
    const { store, sent, retries, intents } = atTable();
    const tooMany = { reason: { code: "TOO_MANY_REQUESTS", message: "too many" } };
    intents.placeChip("red");
    sent[0]?.fail(new Error("connection closed"));
    await settle();
    retries[0]?.();
    sent[1]?.fail(tooMany);
    await settle();
    expect(store.state().pending).toHaveLength(1);
    retries[1]?.();
    sent[2]?.answer(answer("op1", 5));
    await settle();
    expect(store.state()).toMatchObject({ pending: [], balance: 995 });
    intents.placeChip("red");
    sent[3]?.fail(tooMany);
    await settle();
    expect(store.state()).toMatchObject({ pending: [], balance: 995 });
    expect(retries).toHaveLength(2);
  });

  it("sends the same operation again when its answer is lost", async () => {
    const { store, sent, retries, intents } = atTable();
    intents.placeChip("red");
    sent[0]?.fail(new Error("connection closed"));
    await settle();
    expect(store.state().pending).toHaveLength(1);
    retries[0]?.();
    expect(sent[1]?.payload).toEqual(sent[0]?.payload);
    sent[1]?.answer(answer("op1", 5));
    await settle();
    expect(store.state().seat?.chips).toEqual(new Map([["red", 5]]));
  });

  it("goes on with the next after a refusal", async () => {
    const { store, sent, intents } = atTable();
    intents.placeChip("red");
    intents.placeChip("odd");
    sent[0]?.fail(
      Object.assign(new Error("rejected"), { reason: { code: "HOUSE_LIMIT", limit: 9 } }),
    );
    await settle();
    expect(sent[1]?.payload).toEqual({ op: "op2", chips: [["odd", 5]] });
    expect(store.state().notices.at(-1)?.text).toContain("house");
  });

  it("never sends an operation into another round", async () => {
    const { store, sent, retries, intents } = atTable();
    intents.placeChip("red");
    sent[0]?.fail(new Error("timed out"));
    await settle();
    store.dispatch({ type: "table-changed", table: aTable({ round: 8 }) });
    retries[0]?.();
    expect(sent).toHaveLength(1);
    intents.placeChip("black");
    expect(sent[1]?.payload).toEqual({ op: "op2", chips: [["black", 5]] });
  });

  it("does not count a bet twice that stood although its answer was lost", async () => {
    const { store, sent, retries, intents } = atTable();
    intents.placeChip("red");
    sent[0]?.fail(new Error("connection closed"));
    await settle();
    store.dispatch({
      type: "seated",
      seat: aSeat({ chips: [["red", 5]], stake: 5, balance: 995 }),
    });
    retries[0]?.();
    sent[1]?.answer(answer("op1", 5));
    await settle();
    expect(store.state().seat?.chips).toEqual(new Map([["red", 5]]));
    expect(store.state().pending).toEqual([]);
  });

  it("gives up after a while and says so", async () => {
    const { store, sent, retries, intents } = atTable();
    intents.placeChip("red");
    for (let count = 0; count < 6; count++) {
      sent[count]?.fail(new Error("timed out"));
      await settle();
      retries[count]?.();
    }
    expect(sent).toHaveLength(6);
    expect(store.state().pending).toEqual([]);
    expect(store.state().notices).toHaveLength(1);
  });
});
