/**
 * `stop`: two servers on one database. The one that runs the tables is stopped for longer than its
 * lease lives, or dies; the other takes over, and the first finds out when it wakes.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Forwarder } from "./forwarder.ts";
import type { House } from "./house.ts";
import type { Run, Scale, Suite } from "./run.ts";
import { OverdueError } from "./wait.ts";

/** From the holder's end to the first bet that the other acknowledges. */
const TAKEOVER_MS = 5_000;
/** From a holder's waking to the last of its players gone. */
const LETS_GO_MS = 5_000;
/** A sleep that outlives the lease, and one that outlives everything. */
const ASLEEP_MS = { long: 5_000, longest: 30_000 } as const;
const BETS = 150;
const BETS_MS = 30_000;
const LOOK_MS = 20;

/** The two servers, and the address in front of them. */
interface Pair {
  readonly run: Run;
  readonly front: Forwarder;
  holder: House;
  other: House;
}

/** Nobody took the lease meanwhile: the holder goes on where it was. */
async function sleepAlone({ run, holder }: Pair): Promise<void> {
  holder.fallAsleep();
  await pause(ASLEEP_MS.long);
  const since = Date.now();
  holder.wake();
  run.inflicted("SIGSTOP of the only server");
  await run.measure("from waking alone to the next bet", {
    since,
    url: holder.url,
    mostMs: TAKEOVER_MS,
  });
}

async function sleepWhileTakenOver(pair: Pair, asleepMs: number): Promise<void> {
  const { run, front, holder, other } = pair;
  await run.crowd.accepts(BETS, BETS_MS);
  const since = Date.now();
  holder.fallAsleep();
  run.inflicted(`SIGSTOP of the holder for ${asleepMs / 1000} s`);
  front.lead(other.url);
  // The rest hangs on, and hears from the stopped one when it wakes.
  front.cutHalf(holder.url);
  await run.measure("from SIGSTOP to the other's first bet", {
    since,
    url: other.url,
    mostMs: TAKEOVER_MS,
  });
  await pause(Math.max(0, since + asleepMs - Date.now()));
  const wokenAt = Date.now();
  holder.wake();
  await expectLetsGo(pair, wokenAt);
  [pair.holder, pair.other] = [other, holder];
  await run.everyoneIsBack();
}

/** The holder that was replaced freezes, and its players leave it. */
async function expectLetsGo({ run, front, holder }: Pair, wokenAt: number): Promise<void> {
  while (front.connections(holder.url) > 0) {
    if (Date.now() > wokenAt + LETS_GO_MS) {
      const stay = front.connections(holder.url);
      run.finding(`${stay} players still hang on the replaced server ${LETS_GO_MS} ms later`);
      front.cutAll(holder.url);
      return;
    }
    await pause(LOOK_MS);
  }
  if (await holder.isReady()) run.finding("the replaced server says that it is ready");
}

/** The holder ends: at once, or in good order. */
async function takeOverFromDead(pair: Pair, end: "kill" | "stop"): Promise<void> {
  const { run, front, holder, other } = pair;
  await run.crowd.accepts(BETS, BETS_MS);
  const since = Date.now();
  front.lead(other.url);
  await holder[end]();
  run.inflicted(end === "kill" ? "kill -9 of the holder" : "SIGTERM of the holder");
  await run.measure(`from the holder's ${end} to the other's first bet`, {
    since,
    url: other.url,
    mostMs: TAKEOVER_MS,
  });
  await holder.start();
  [pair.holder, pair.other] = [other, holder];
  await run.everyoneIsBack();
}

export const stopping: Suite = {
  name: "stop",
  does: "the holder of the tables is stopped, woken and killed beside a second server",
  async inflict(run: Run, { brief }: Scale) {
    const [holder, other] = [await run.house(), await run.house()];
    await holder.start();
    const front = run.keep(await Forwarder.to(holder.url));
    const pair: Pair = { run, front, holder, other };
    await run.play(front.url);
    if (!brief) await sleepAlone(pair);
    await other.start();
    await expectOne(pair);
    for (let turn = brief ? 1 : 4; turn > 0; turn -= 1) {
      await sleepWhileTakenOver(pair, ASLEEP_MS.long);
      await takeOverFromDead(pair, "kill");
      if (!brief) await takeOverFromDead(pair, "stop");
    }
    if (!brief) await sleepWhileTakenOver(pair, ASLEEP_MS.longest);
  },
};

/** A second server runs none of the tables that the first one runs. */
async function expectOne({ run, holder, other }: Pair): Promise<void> {
  if (await other.isReady()) run.finding("a second server says that it runs tables");
  if (!(await holder.isReady())) throw new OverdueError("the first server is not ready");
}
