import { expect, it } from "vitest";
import { nextTurn } from "../platform/turn.ts";
import { BankUnavailableError } from "../tables/store.ts";
import { ManualClock } from "../testing/manualClock.ts";
import { BankProbe, PROBE_MS } from "./bankProbe.ts";

/** A bank that answers when it is told to, and how the asking for it ended. */
function slowBank() {
  const clock = new ManualClock();
  const questions: PromiseWithResolvers<void>[] = [];
  const ask = () => {
    const question = Promise.withResolvers<void>();
    questions.push(question);
    return question.promise;
  };
  const probe = new BankProbe(ask, clock);
  const asked = async (): Promise<string> => {
    const outcome = probe.answers().then(
      () => "there",
      (error: Error) => error.name,
    );
    await nextTurn();
    clock.advance(PROBE_MS);
    return outcome;
  };
  return { clock, questions, probe, asked };
}

const AWAY = new BankUnavailableError("").name;

it("asks once while there is no answer, and says that there is none soon", async () => {
  const { questions, asked } = slowBank();
  expect(await asked()).toBe(AWAY);
  expect(await asked()).toBe(AWAY);
  expect(questions).toHaveLength(1);
});

it("hears of an answer that came between two askings, once", async () => {
  const { questions, asked, clock } = slowBank();
  expect(await asked()).toBe(AWAY);
  clock.advance(300);
  questions[0]?.resolve();
  await nextTurn();
  clock.advance(300);
  expect(await asked()).toBe("there");
  expect(await asked()).toBe(AWAY);
  expect(questions).toHaveLength(2);
});

it("takes no old answer for one of now", async () => {
  const { questions, asked, clock } = slowBank();
  expect(await asked()).toBe(AWAY);
  questions[0]?.resolve();
  await nextTurn();
  clock.advance(PROBE_MS + 1);
  expect(await asked()).toBe(AWAY);
  expect(questions).toHaveLength(2);
});

it("tells what was wrong", async () => {
  const { questions, probe } = slowBank();
  const answer = probe.answers();
  questions[0]?.reject(new RangeError("no"));
  await expect(answer).rejects.toThrow(RangeError);
});
