/**
 * The house for development, `docker/compose.yaml`, as whoever works on it starts it: with one process,
 * then with three, then with a source that has changed.
 */
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../src/testing/ports.ts";
import { repository } from "../src/testing/processes.ts";
import type { Stage } from "./act.ts";
import { faultsOf, playWhile, toldOf } from "./bots.ts";
import type { Variables } from "./engine.ts";
import { docker, EngineError, findCompose, run, running } from "./engine.ts";
import { until, unwell } from "./watching.ts";

/** With volumes of its own: nobody's house for development is touched. */
const PROJECT = "croupier-proof-development";
const FILE = join(repository, "docker", "compose.yaml");
/** A source that every process has read. */
const SOURCE = join(repository, "server", "src", "context.ts");
const BOTS = 30;
const PLAY_MS = 10_000;

/** Answers what did not hold. */
export async function developing({ say }: Pick<Stage, "say">): Promise<readonly string[]> {
  await using house = await DevelopmentHouse.prepare();
  const takesThePublicOnesPlace = await house.startsBeside("croupier.example");
  await house.compose("up", "-d", "--build");
  await until("all services are well", async () => (await unwell(house)).length === 0);
  await house.compose("up", "-d", "--scale", "server=3");
  await until("three servers are well", async () => {
    const servers = await house.containers("server");
    return servers.length === 3 && (await unwell(house)).length === 0;
  });
  const page = await (await fetch(house.url)).text();
  const report = await playWhile(house, BOTS, () => pause(PLAY_MS));
  say(toldOf(report));
  const now = new Date();
  utimesSync(SOURCE, now, now);
  await until("all three servers have started again", async () => {
    const told = await house.compose("logs", "--no-log-prefix", "server");
    return told.split("\n").filter((line) => line.startsWith("Restarting ")).length === 3;
  });
  // What the engine tells of their health is of before: it looks each quarter of a minute.
  await until("all three servers are ready", async () => {
    const servers = await house.containers("server");
    return (await Promise.all(servers.map(isReady))).every(Boolean);
  });
  const again = await playWhile(house, BOTS, () => pause(PLAY_MS));
  say(toldOf(again));
  return [
    ...(page.includes("/assets/") ? [] : ["the page is not that of the client"]),
    ...(takesThePublicOnesPlace ? ["it starts where a house for the public is set up"] : []),
    ...faultsOf(report),
    ...faultsOf(again),
  ];
}

/** Whether players may be sent to the server of this container, as it says itself now. */
function isReady(container: string): Promise<boolean> {
  return docker("exec", container, "node", "docker/server/health.ts", "/ready").then(
    () => true,
    (error: unknown) => {
      if (error instanceof EngineError) return false;
      throw error;
    },
  );
}

type Run = (args: readonly string[], more?: Variables) => Promise<string>;

class DevelopmentHouse implements AsyncDisposable {
  readonly url: string;
  readonly #run: Run;

  private constructor(url: string, run: Run) {
    this.url = url;
    this.#run = run;
  }

  static async prepare(): Promise<DevelopmentHouse> {
    const [program, ...first] = await findCompose();
    const port = await freePort();
    const variables = {
      COMPOSE_PROJECT_NAME: PROJECT,
      CROUPIER_PORT: String(port),
      POSTGRES_PORT: String(await freePort()),
      REDIS_PORT: String(await freePort()),
      // Of whatever is set up in this folder.
      CROUPIER_HOST: "",
    };
    const compose = async (args: readonly string[], more: Variables = {}) =>
      (
        await run(program, [...first, "-f", FILE, ...args], { ...variables, ...more })
      ).stdout.trim();
    return new DevelopmentHouse(`http://localhost:${port}`, compose);
  }

  /** `docker compose …`; its output. */
  compose(...args: readonly string[]): Promise<string> {
    return this.#run(args);
  }

  /** Whether anything is started where a house for the public has that host. */
  async startsBeside(host: string): Promise<boolean> {
    return this.#run(["config"], { CROUPIER_HOST: host }).then(
      () => true,
      () => false,
    );
  }

  /** Ids of the containers that run, or of those of one service. */
  async containers(service = ""): Promise<readonly string[]> {
    return running(await this.compose("ps", "-q", ...(service === "" ? [] : [service])));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compose("down", "--volumes", "--timeout", "5");
  }
}
