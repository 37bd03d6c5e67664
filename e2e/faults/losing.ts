/** `lost-answers`: connections to the database are cut at COMMIT, before it and after it. */
import type { Loss } from "./lossyLine.ts";
import { LossyLine } from "./lossyLine.ts";
import type { Run, Scale, Suite } from "./run.ts";

const LOSSES: Readonly<Record<Loss, string>> = {
  answer: "the answer to a COMMIT is lost",
  commit: "a COMMIT is lost",
  late: "a COMMIT arrives after its connection was given up",
  statement: "a connection is cut in a transaction",
};
/** The part of all commits that is lost. */
const LOSING = 0.12;
const RECOVERS_MS = 5_000;
const BETS_MS = 60_000;
const BETS_BETWEEN = 250;

export const losing: Suite = {
  name: "lost-answers",
  does: "connections to the database are cut around COMMIT",
  async inflict(run: Run, { brief }: Scale) {
    const { random } = run;
    const lost = (loss: Loss): void => run.inflicted(LOSSES[loss]);
    const line = run.keep(await LossyLine.to({ target: run.database.url, random, lost }));
    const house = await run.house(line.url);
    await house.start();
    await run.play(house.url);
    for (let spell = brief ? 2 : 25; spell > 0; spell -= 1) {
      line.losing = LOSING;
      await run.crowd.accepts(BETS_BETWEEN, BETS_MS);
      line.losing = 0;
      await run.measure("from the last loss to the next bet", {
        since: Date.now(),
        url: house.url,
        mostMs: RECOVERS_MS,
      });
    }
    await run.everyoneIsBack();
  },
};
