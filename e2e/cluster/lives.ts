/** The lives of a cluster's parts: one that ends is started again, whatever it ended of. */
import { setTimeout as wait } from "node:timers/promises";
import type { ClusterProcess } from "./serverProcess.ts";

/** What lives as long as the cluster does, in one life or in many. */
type Mortal = Pick<ClusterProcess, "name" | "alive" | "unasked" | "start">;

interface House {
  readonly processes: readonly (Mortal & Pick<ClusterProcess, "kill">)[];
}

export interface Ways {
  readonly signal: AbortSignal;
  /** Told as it happens. */
  readonly say: (line: string) => void;
}

const BACK_MS = 3_000;
const LOOK_MS = 500;
/** Whoever ends again and again is started no more often than this. */
const MOST_PAUSE_MS = 30_000;

/** Whoever ends without being asked to is told of, and started again; until `signal`. */
export async function bringingBack(parts: readonly Mortal[], ways: Ways): Promise<void> {
  // Each for itself: one that takes its time to start keeps no other one waiting.
  await Promise.all(parts.map((part) => bringingOneBack(part, ways)));
}

async function bringingOneBack(part: Mortal, { signal, say }: Ways): Promise<void> {
  let told = 0;
  let isDue = false;
  let pauseMs = LOOK_MS;
  while (!signal.aborted) {
    await wait(pauseMs, null, { signal }).catch(() => undefined);
    const { unasked, alive } = part;
    isDue = !alive && (isDue || unasked.length > told);
    if (alive) pauseMs = pauseAfter(pauseMs, "living");
    if (!isDue || signal.aborted) continue;
    if (unasked.length > told) say(`${unasked.at(-1)}; it is started again`);
    told = unasked.length;
    pauseMs = pauseAfter(pauseMs, "started");
    isDue = !(await startAgain(part, { signal, say }));
  }
}

/** The time until the next look at a part that was seen living, or was just started again. */
export function pauseAfter(pauseMs: number, seen: "living" | "started"): number {
  return seen === "living" ? Math.max(pauseMs / 2, LOOK_MS) : Math.min(pauseMs * 2, MOST_PAUSE_MS);
}

/** Kills one process after the other, and starts each again after some seconds; until `signal`. */
export async function killing(
  { processes }: House,
  { everyMs, signal, say }: Ways & { readonly everyMs: number },
): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    await wait(everyMs, null, { signal }).catch(() => undefined);
    const victim = processes[turn % processes.length];
    if (signal.aborted || victim === undefined) return;
    // It has ended by itself, and somebody else sees to that.
    if (!victim.alive) continue;
    await victim.kill();
    say(`killed ${victim.name}`);
    await wait(Math.min(BACK_MS, everyMs / 2), null, { signal }).catch(() => undefined);
    const isBack = await startAgain(victim, { signal, say });
    if (isBack) say(`${victim.name} is back`);
  }
}

/**
 * Starts a part that is not there, once: whoever else wants to finds it started. One that does not
 * start is told of; what else runs goes on, and it is tried again as one that ended by itself.
 */
async function startAgain(part: Mortal, { signal, say }: Ways): Promise<boolean> {
  if (signal.aborted || part.alive) return false;
  try {
    await part.start();
    return true;
  } catch (error) {
    const [reason = ""] = (error as Error).message.split("\n");
    if (!signal.aborted) say(`${part.name} does not start: ${reason}`);
    return false;
  }
}
