/** What is done to a house of containers, one act after the other; each answers what did not hold. */
import { setTimeout as pause } from "node:timers/promises";
import type { Report } from "../bots/report.ts";
import { NEWER_APPLIED, NEWER_NAMES } from "../src/testing/newerMigrations.ts";
import { repository } from "../src/testing/processes.ts";
import type { Act, Stage } from "./act.ts";
import { gap, restoring } from "./backupActs.ts";
import { faultsOf, playWhile, toldOf } from "./bots.ts";
import { developing } from "./developing.ts";
import { docker, EngineError, run } from "./engine.ts";
import { OWN, outdated, renew, renewWithMigrations } from "./newerImages.ts";
import type { Stack } from "./stack.ts";
import { memoryOf, openBesides, PUBLISHED, until, unwell } from "./watching.ts";

const MOST_IMAGE_BYTES = 350_000_000;
const MOST_MEMORY_BYTES = 256_000_000;
const MOST_AWAY_OF_KILLED_MS = 5_000;
const MOST_AWAY_MS = 2_000;
const MOST_AWAY_FROM_DOOR_MS = 6_000;
const FULL_HOUSE = 500;
/** Who plays while a new version comes. */
const CROWD = 300;
const PLAY_MS = 20_000;
/** Nginx as it is seen from its own container. */
const INSIDE = "127.0.0.1:8443";

/** The images are as small and as bare as they are meant to be. */
async function images({ stack, say }: Stage): Promise<readonly string[]> {
  await stack.compose("build");
  const server = stack.image("server");
  const bytes = Number(await docker("image", "inspect", "--format", "{{.Size}}", server));
  say(`the server's image has ${(bytes / 1e6).toFixed(0)} MB`);
  const faults = bytes > MOST_IMAGE_BYTES ? ["the server's image is too large"] : [];
  for (const shell of ["/bin/sh", "/bin/bash", "/bin/busybox"]) {
    const started = await run("docker", ["run", "--rm", "--entrypoint", shell, server]).then(
      () => true,
      (error: unknown) => !(error instanceof EngineError),
    );
    if (started) faults.push(`the server's image has ${shell}`);
  }
  return faults;
}

/** Three servers, well; one public service; no secret where the engine shows it. */
async function opening({ stack, say }: Stage): Promise<readonly string[]> {
  await stack.compose("up", "-d");
  await until("all services are well", async () => (await unwell(stack)).length === 0);
  const containers = await stack.containers();
  const shown = await docker("inspect", ...containers);
  const secrets = stack.secrets.filter((secret) => shown.includes(secret));
  const open = openBesides(await docker("inspect", "--format", PUBLISHED, ...containers));
  const servers = (await stack.containers("server")).length;
  say(`${containers.length} containers are well, ${servers} of them servers`);
  return [
    ...secrets.map(() => "a secret is in the output of docker inspect"),
    ...open.map((line) => `more than Nginx is published: ${line}`),
    ...(servers === 3 ? [] : [`there are ${servers} servers without being told how many`]),
  ];
}

/** A server is killed under bots, and started again. */
async function killing({ stack, say }: Stage): Promise<readonly string[]> {
  const report = await playWhile(stack, 60, async () => {
    await pause(PLAY_MS);
    const [victim = ""] = await stack.containers("server");
    await docker("kill", victim);
    await pause(PLAY_MS / 2);
    await docker("start", victim);
    await pause(PLAY_MS);
  });
  say(toldOf(report));
  return [...faultsOf(report), ...awayFor(report, MOST_AWAY_OF_KILLED_MS)];
}

/**
 * A new version of every image of the house's own takes the place of the old one, under bots: first one
 * that brings migrations, with the Nginx that is there; then with a new Nginx, before which there is a
 * moment without any.
 */
async function rolling({ stack, say }: Stage): Promise<readonly string[]> {
  const before = await stack.containers("server");
  const roll = async () => {
    const told = await stack.script("roll.sh");
    for (const line of told.trim().split("\n")) say(line);
  };
  await renewWithMigrations(stack.image("server"));
  await renew(stack.image("backup"));
  const inside = await playWhile(stack, CROWD, roll);
  say(toldOf(inside));
  const applied = await stack.sql(NEWER_APPLIED);
  say(`${applied.split("\n").length} migrations came with it`);
  const faults = [
    ...faultsOf(inside),
    ...awayFor(inside, MOST_AWAY_MS),
    ...(applied === NEWER_NAMES.join("\n") ? [] : [`of the migrations it has "${applied}"`]),
  ];
  for (const service of OWN) await renew(stack.image(service));
  const all = await playWhile(stack, 60, roll);
  say(toldOf(all));
  const after = await stack.containers("server");
  const kept = after.filter((id) => before.includes(id));
  return [
    ...faults,
    ...faultsOf(all),
    ...awayFor(all, MOST_AWAY_FROM_DOOR_MS),
    ...kept.map((id) => `${id} was not replaced`),
    ...(await outdated(stack)),
    ...(after.length === before.length ? [] : [`there are ${after.length} servers`]),
  ];
}

function awayFor({ awayMs }: Report, mostMs: number): readonly string[] {
  return awayMs.max > mostMs ? [`a player was away for ${awayMs.max.toFixed(0)} ms`] : [];
}

/** One process with a full house. */
async function memory({ stack, say }: Stage): Promise<readonly string[]> {
  stack.set("CROUPIER_HOST", INSIDE);
  await stack.compose("up", "-d", "--scale", "server=1");
  await until("all services are well", async () => (await unwell(stack)).length === 0);
  const [server = ""] = await stack.containers("server");
  let playing = true;
  const over = playInside(stack).finally(() => {
    playing = false;
  });
  let most = 0;
  while (playing) most = Math.max(most, await memoryOf(server));
  say(await over);
  say(`a server of ${FULL_HOUSE} players takes ${(most / 1e6).toFixed(0)} MB at most`);
  return most > MOST_MEMORY_BYTES ? ["the server takes too much memory"] : [];
}

/**
 * A full house of bots beside Nginx, where each has an address of its own: so many new players from one
 * address are let in slowly. Throws where their invariants do not hold; answers a line of their report.
 */
async function playInside(stack: Stack): Promise<string> {
  const [nginx = ""] = await stack.containers("nginx");
  const mounts = ["-v", `${repository}:/house:ro`, "-v", `${stack.certificate}:/trusted.pem:ro`];
  const place = ["--network", `container:${nginx}`, "-w", "/house", ...mounts];
  const trust = ["-e", "NODE_EXTRA_CA_CERTS=/trusted.pem", stack.image("server")];
  const flags = ["--url", `https://${INSIDE}`, "--players", `${FULL_HOUSE}`, "--duration", "45s"];
  const told = await docker("run", "--rm", ...place, ...trust, "e2e/bots/main.ts", ...flags);
  return (
    told
      .split("\n")
      .find((line) => line.includes("players"))
      ?.trim() ?? ""
  );
}

export const ACTS: readonly Act[] = [
  { name: "images", play: images },
  { name: "opening", play: opening },
  { name: "killing", play: killing },
  { name: "rolling", play: rolling },
  { name: "restoring", play: restoring },
  { name: "gap", play: gap },
  { name: "memory", play: memory },
  { name: "developing", play: developing },
];
