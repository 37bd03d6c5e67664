/** Looking at containers from outside. */
import { setTimeout as pause } from "node:timers/promises";
import type { House } from "./act.ts";
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

/** What is published, one line each: the service, the address outside, and the port inside. */
export const PUBLISHED =
  '{{$service := index .Config.Labels "com.docker.compose.service"}}' +
  "{{range $inside, $all := .NetworkSettings.Ports}}{{range $all}}" +
  '{{$service}} {{.HostIp}}:{{.HostPort}} {{$inside}}{{"\\n"}}{{end}}{{end}}';

/** Those of its lines that are not Nginx's own doors; at whatever address, which makes it no better. */
export function openBesides(listing: string): readonly string[] {
  const lines = listing.split("\n").filter((line) => line.trim() !== "");
  return lines.filter((line) => !/^nginx \S+ (8080|8443)\/tcp$/.test(line.trim()));
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Containers that are not well, each with its state. */
export async function unwell(house: Pick<House, "containers">): Promise<readonly string[]> {
  const format = "{{.Name}} {{.State.Health.Status}}";
  const states = await docker("inspect", "--format", format, ...(await house.containers()));
  return states.split("\n").filter((line) => !line.endsWith(" healthy"));
}

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
