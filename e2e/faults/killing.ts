/** `kill`: the server dies at random moments, and a new one starts on the same database at once. */
import { setTimeout as pause } from "node:timers/promises";
import type { House } from "./house.ts";
import type { Run, Scale, Suite } from "./run.ts";

/** A new server's first acknowledged bet, counted from the old one's death. */
const PLAYABLE_MS = 10_000;
/** Moments of the new server's first life signs, and of the game. */
const YOUNG_MS = 1_500;
const MOST_BETS = 150;
const ROUND_MS = 1_500;
const BETS_MS = 30_000;
/** One in so many dies before it has done much. */
const YOUNG = 0.25;

async function killOnce(run: Run, house: House): Promise<void> {
  const { random } = run;
  const young = random.chance(YOUNG);
  if (young) {
    await pause(random.next() * YOUNG_MS);
  } else {
    await house.opened();
    await run.crowd.accepts(random.whole(1, MOST_BETS), BETS_MS);
    await pause(random.next() * ROUND_MS);
  }
  const since = Date.now();
  await house.kill();
  run.inflicted(young ? "kill -9 of a server that has just started" : "kill -9 in the game");
  house.launch();
  if (young) return;
  await house.opened();
  await run.measure("from kill -9 to the next bet", {
    since,
    url: house.url,
    mostMs: PLAYABLE_MS,
  });
}

export const killing: Suite = {
  name: "kill",
  does: "kill -9 of the server at random moments",
  async inflict(run: Run, { kills }: Scale) {
    const house = await run.house();
    await house.start();
    await run.play(house.url);
    for (let kill = 1; kill <= kills; kill += 1) {
      await killOnce(run, house);
      if (kill % 20 === 0) run.say(`${kill} of ${kills} killed`);
    }
    await house.opened();
    await run.everyoneIsBack();
  },
};
