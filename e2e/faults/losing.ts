/** `lost-answers`: connections to the database are cut at COMMIT, before it and after it. */
import { bugsOf, expectNoBugs } from "./bugs.ts";
import type { Loss } from "./lossyLine.ts";
import { LossyLine } from "./lossyLine.ts";
import type { Suite } from "./run.ts";

const LOSSES: Readonly<Record<Loss, string>> = {
  answer: "the answer to a COMMIT is lost",
  commit: "a COMMIT is lost",
  late: "a COMMIT arrives after its connection was given up",
  statement: "a connection is cut in a transaction",
};
/** The part of all commits that is lost. */
const LOSING = 0.12;
const RECOVERS_MS = 5_000;
/** Operations that get through while connections are cut. */
const OPERATIONS = 150;
const SPELLS = { brief: 2, long: 30 } as const;

export const losing: Suite = {
  name: "lost-answers",
  does: "connections to the database are cut around COMMIT",
  async inflict(stage, { brief }) {
    const { random, house, notes, database } = stage;
    const lost = (loss: Loss): void => notes.inflicted(LOSSES[loss]);
    const line = stage.keep(await LossyLine.to({ target: database.url, random, lost }));
    const before = bugsOf(stage);
    await house.restart({ databaseUrl: line.url });
    for (let spell = brief ? SPELLS.brief : SPELLS.long; spell > 0; spell -= 1) {
      line.losing = LOSING;
      await stage.plays(OPERATIONS);
      line.losing = 0;
      await stage.measure("from the last loss to the next bet", Date.now(), RECOVERS_MS);
    }
    await house.restart({ databaseUrl: database.url });
    // What is lost passes: the same is asked for by its ids until it is known what became of it.
    expectNoBugs(stage, before);
  },
};
