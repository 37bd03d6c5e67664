/** What is done to a house of containers, one act after the other; each answers what did not hold. */
import { setTimeout as pause } from "node:timers/promises";
import { repository } from "../src/testing/processes.ts";
import { faultsOf, playWhile, toldOf } from "./bots.ts";
import { docker, EngineError, run } from "./engine.ts";
import type { Stack } from "./stack.ts";
import { memoryOf, until } from "./watching.ts";

export interface Stage {
  readonly stack: Stack;
  readonly say: (line: string) => void;
}

export interface Act {
  readonly name: string;
  readonly play: (stage: Stage) => Promise<readonly string[]>;
}

const MOST_IMAGE_BYTES = 350_000_000;
const MOST_MEMORY_BYTES = 256_000_000;
const FULL_HOUSE = 500;
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
  await stack.compose("up", "-d", "--scale", "server=3");
  await until("all services are well", async () => (await unwell(stack)).length === 0);
  const containers = await stack.containers();
  const shown = await docker("inspect", ...containers);
  const secrets = stack.secrets.filter((secret) => shown.includes(secret));
  const listing = "{{.Name}} {{range $port, $at := .NetworkSettings.Ports}}{{$at}}{{end}}";
  const ports = (await docker("inspect", "--format", listing, ...containers)).split("\n");
  const open = ports.filter((line) => line.includes("127.0.0.1") && !line.includes("nginx"));
  say(`${containers.length} containers are well`);
  return [
    ...secrets.map(() => "a secret is in the output of docker inspect"),
    ...open.map((line) => `more than Nginx is published: ${line}`),
  ];
}

/** Names of containers that are not well. */
async function unwell(stack: Stack): Promise<readonly string[]> {
  const format = "{{.Name}} {{.State.Health.Status}}";
  const states = await docker("inspect", "--format", format, ...(await stack.containers()));
  return states.split("\n").filter((line) => !line.endsWith(" healthy"));
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
  return faultsOf(report);
}

/** All servers are replaced under bots. */
async function rolling({ stack, say }: Stage): Promise<readonly string[]> {
  const before = await stack.containers("server");
  const report = await playWhile(stack, 60, async () => {
    say((await stack.script("roll.sh")).trim().split("\n").at(-1) ?? "");
  });
  say(toldOf(report));
  const after = await stack.containers("server");
  const kept = after.filter((id) => before.includes(id));
  return [
    ...faultsOf(report),
    ...kept.map((id) => `${id} was not replaced`),
    ...(after.length === before.length ? [] : [`there are ${after.length} servers`]),
  ];
}

const STATE = `SELECT count(*) || ' ' || coalesce(max(id), 0) || ' ' ||
  (SELECT md5(string_agg(id || ':' || balance, ',' ORDER BY id)) FROM accounts) FROM transfers`;

/** Play, a second, more play; back to that second, and on from there. */
async function restoring({ stack, say }: Stage): Promise<readonly string[]> {
  const [backup = ""] = await stack.containers("backup");
  const old = await run("docker", [
    ...["exec", "-e", "BACKUP_MOST_HOURS=-1", backup],
    ...["bash", "/usr/local/lib/croupier/backup.sh", "health"],
  ]).then(
    () => ["the backup's health check does not mind an old backup"],
    () => [],
  );
  const first = await playWhile(stack, 40, () => pause(PLAY_MS).then(() => undefined));
  const second = await stack.sql(
    "SELECT to_char(now() AT TIME ZONE 'utc', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC'",
  );
  const state = await stack.sql(STATE);
  const more = await playWhile(stack, 40, () => pause(PLAY_MS).then(() => undefined));
  const played = (await stack.sql(STATE)) !== state;
  const told = await stack.script("restore.sh", second);
  say(`restored ${second}`);
  const sound = told.includes("The ledger is sound.");
  const volume = /CROUPIER_DATABASE=(\S+)/.exec(told)?.[1] ?? "";
  await stack.compose("stop", "server", "backup");
  stack.set("CROUPIER_DATABASE", volume);
  await stack.compose("up", "-d", "--no-deps", "--no-build", "postgres");
  await until("the restored database answers", async () => (await unwell(stack)).length === 0);
  const restored = await stack.sql(STATE);
  await stack.compose("up", "-d", "--scale", "server=3");
  await until("all services are well", async () => (await unwell(stack)).length === 0);
  const last = await playWhile(stack, 40, () => pause(PLAY_MS).then(() => undefined));
  say(toldOf(last));
  return [
    ...old,
    ...[first, more, last].flatMap(faultsOf),
    ...(played ? [] : ["nothing was played after the second"]),
    ...(sound ? [] : ["the restored books are not sound"]),
    ...(restored === state ? [] : [`restored ${restored}, and not ${state}`]),
  ];
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
  { name: "memory", play: memory },
];
