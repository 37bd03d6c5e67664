/** The container engine of this machine, by its command line. */
import type { Exit } from "../src/testing/processes.ts";
import { startProgram } from "../src/testing/processes.ts";

/** What an operator can put right, in one line. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

export type Variables = Readonly<Record<string, string>>;

/** Runs a program to its end. Throws {@link EngineError} with the end of its output where it fails. */
export async function run(
  program: string,
  args: readonly string[],
  env: Variables = {},
): Promise<Exit> {
  const exit = await startProgram(program, { args, env }).exited;
  if (exit.code === 0) return exit;
  const told = (exit.stderr.trim() || exit.stdout.trim()).split("\n").slice(-8).join("\n");
  throw new EngineError(`${program} ${args.join(" ")} ended with ${exit.code}: ${told}`);
}

/** `docker …`; its output. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await run("docker", args)).stdout.trim();
}

/**
 * Of the ids that Compose lists, one a line, those of containers that run, in the same order: before 2.0
 * it lists those as well that have done their work and ended.
 */
export async function running(listed: string): Promise<readonly string[]> {
  const ids = listed.split("\n").filter((id) => id !== "");
  if (ids.length === 0) return [];
  const states = await docker("inspect", "--format", "{{.State.Running}}", ...ids);
  const runs = states.split("\n").map((state) => state === "true");
  return ids.filter((_, place) => runs[place] === true);
}

/** Throws {@link EngineError} where no engine answers. */
export async function requireEngine(): Promise<void> {
  try {
    await docker("info", "--format", "{{.ServerVersion}}");
  } catch {
    throw new EngineError("No container engine answers: start Docker, or set DOCKER_HOST.");
  }
}

/** What Compose is called here: the engine's plugin, or a program of its own. */
export async function findCompose(): Promise<readonly [program: string, ...args: string[]]> {
  for (const [program, ...args] of [["docker", "compose"], ["docker-compose"]] as const) {
    const { code } = await startProgram(program, { args: [...args, "version"] }).exited;
    if (code === 0) return [program, ...args];
  }
  throw new EngineError("There is no Docker Compose: install its plugin, or docker-compose.");
}
