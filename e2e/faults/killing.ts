/**
 * `kill`: the server dies at random moments, and a new one starts on the same database. Where others
 * are there, one of them plays on.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Suite } from "./run.ts";
import type { Stage } from "./stage.ts";

/** Moments of the new server's first life signs, and of the game. */
const YOUNG_MS = 1_500;
const MOST_BETS = 100;
const ROUND_MS = 1_500;
/** One in so many dies before it has done much. */
const YOUNG = 0.25;
const SHOW_EACH = 20;

async function killOnce(stage: Stage): Promise<void> {
  const { random, house, notes } = stage;
  const young = random.chance(YOUNG);
  if (young) {
    await pause(random.next() * YOUNG_MS);
  } else {
    await house.opened();
    await stage.plays(random.whole(1, MOST_BETS));
    await pause(random.next() * ROUND_MS);
  }
  const since = Date.now();
  await (young && house.isShared ? house.killNewest() : house.kill());
  notes.inflicted(young ? "kill -9 of a server that has just started" : "kill -9 in the game");
  if (young) house.launch();
  else await stage.goOn("from kill -9 to the next bet", since);
}

export const killing: Suite = {
  name: "kill",
  does: "kill -9 of the server at random moments",
  async inflict(stage, { kills }) {
    for (let kill = 1; kill <= kills; kill += 1) {
      await killOnce(stage);
      if (kill % SHOW_EACH === 0) stage.options.say(`  ${kill} of ${kills} killed`);
    }
    await stage.house.opened();
  },
};
