/** The lives of a cluster's processes: one that ends is started again, whatever it ended of. */
import { setTimeout as wait } from "node:timers/promises";
import type { ClusterProcess } from "./serverProcess.ts";

type Mortal = Pick<ClusterProcess, "slot" | "alive" | "unasked" | "kill" | "start">;

interface House {
  readonly processes: readonly Mortal[];
}

export interface Ways {
  readonly signal: AbortSignal;
  /** Told as it happens. */
  readonly say: (line: string) => void;
}

const BACK_MS = 3_000;
const LOOK_MS = 500;

/** Whoever ends without being asked to is told of, and started again; until `signal`. */
export async function bringingBack({ processes }: House, { signal, say }: Ways): Promise<void> {
  const told = new Map(processes.map((process) => [process, 0]));
  while (!signal.aborted) {
    await wait(LOOK_MS, null, { signal }).catch(() => undefined);
    for (const process of processes) {
      const { unasked, alive } = process;
      const last = unasked.at(-1);
      if (last === undefined || unasked.length === told.get(process) || alive) continue;
      told.set(process, unasked.length);
      say(`${last}; it is started again`);
      await startAgain(process, { signal, say });
    }
  }
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
    say(`killed process ${victim.slot}`);
    await wait(Math.min(BACK_MS, everyMs / 2), null, { signal }).catch(() => undefined);
    const isBack = await startAgain(victim, { signal, say });
    if (isBack) say(`process ${victim.slot} is back`);
  }
}

/**
 * Starts a process that is not there, once: whoever else wants to finds it started. One that does not
 * start is told of; what else runs goes on, and it is tried again as one that ended by itself.
 */
async function startAgain(process: Mortal, { signal, say }: Ways): Promise<boolean> {
  if (signal.aborted || process.alive) return false;
  try {
    await process.start();
    return true;
  } catch (error) {
    const [reason = ""] = (error as Error).message.split("\n");
    if (!signal.aborted) say(`process ${process.slot} does not start: ${reason}`);
    return false;
  }
}
