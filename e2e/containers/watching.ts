/** Looking at containers from outside. */
import { setTimeout as pause } from "node:timers/promises";
import { docker, EngineError } from "./engine.ts";

const LOOK_MS = 500;
const PATIENCE_MS = 180_000;

/** Looks again and again; throws {@link EngineError} where it does not come true in three minutes. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new EngineError(`not in ${PATIENCE_MS} ms: ${what}`);
    await pause(LOOK_MS);
  }
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** The memory of all processes of a container, in bytes. */
export async function memoryOf(container: string): Promise<number> {
  return bytesIn(await docker("stats", "--no-stream", "--format", "{{.MemUsage}}", container));
}

/** `111.8MiB / 512MiB` -> the first of them. */
export function bytesIn(usage: string): number {
  const [, amount, unit = ""] = /^([\d.]+)([KMG]?i?B)/.exec(usage) ?? [];
  const bytes = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (Number.isNaN(bytes)) throw new EngineError(`the engine tells of memory as "${usage}"`);
  return bytes;
}
