/** What an operator changes while players are connected, with the command that the README names. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Running } from "../src/testing/processes.ts";
import { repository, startProgram } from "../src/testing/processes.ts";
import { makeCertificate } from "./nginxCertificate.ts";
import type { PlayerSocket } from "./nginxClient.ts";
import { openSocket } from "./nginxClient.ts";
import { entrySettings, runEntry } from "./nginxEntry.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

const README = readFileSync(join(repository, "nginx/README.md"), "utf8");
const [, COMMAND = ""] = /^ {4}(nginx .*-s reload)$/m.exec(README) ?? [];

let folder = "";
let env: Record<string, string> = {};
let running: Running;
let upstream: Upstream;
let player: PlayerSocket;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  upstream = await startUpstream({ name: "one" });
  env = {
    ...(await entrySettings(folder)),
    EDGE_PROCESSES: join(folder, "processes.map"),
    EDGE_CERTIFICATE: join(folder, "fullchain.pem"),
    EDGE_CERTIFICATE_KEY: join(folder, "privkey.pem"),
    EDGE_WORKERS: "1",
  };
  writeFileSync(join(folder, "processes.map"), `1 ${upstream.address};\n`);
  await renewCertificate();
  running = runEntry(env);
  await running.sees(/start worker process \d/);
  player = await openSocket(socketOf(1));
});

afterEach(async () => {
  player?.socket.terminate();
  running?.signal("SIGTERM");
  await running?.exited;
  await upstream?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const socketOf = (slot: number) => `https://${env["EDGE_HTTPS_LISTEN"]}/p/${slot}/process/room`;

async function renewCertificate(): Promise<void> {
  const { EDGE_CERTIFICATE: certificate = "", EDGE_CERTIFICATE_KEY: key = "" } = env;
  for (const file of [certificate, key]) rmSync(file, { force: true });
  await makeCertificate({ certificate, key });
}

/** The command in the container: there the configuration is where the image has it. */
async function reload(): Promise<void> {
  const inside = COMMAND.replace("/run/edge", env["EDGE_RUN_DIR"] ?? "");
  const { code, stderr } = await startProgram("sh", { args: ["-c", inside], env }).exited;
  expect(stderr).not.toContain("[emerg]");
  expect(code).toBe(0);
}

/** Of the certificate that new connections get. */
function fingerprint(): Promise<string> {
  const [host, port] = (env["EDGE_HTTPS_LISTEN"] ?? "").split(":");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
    resolve(socket.getPeerCertificate().fingerprint256);
    socket.destroy();
  });
  socket.on("error", reject);
  return promise;
}

it("takes renewed certificates and other processes, and players stay connected", async () => {
  const before = await fingerprint();
  await expect(openSocket(socketOf(2))).rejects.toThrow("404");
  await renewCertificate();
  writeFileSync(join(folder, "processes.map"), `2 ${upstream.address};\n`);
  await reload();
  await running.sees(/gracefully shutting down/);
  expect(await fingerprint()).not.toBe(before);
  const moved = await openSocket(socketOf(2));
  moved.socket.terminate();
  expect(await player.echo("a bet")).toBe("a bet");
});

it("goes on as before, and says why, where the change makes no sense", async () => {
  const before = await fingerprint();
  await renewCertificate();
  writeFileSync(join(folder, "processes.map"), "1 {\n");
  running.signal("SIGHUP");
  await running.sees(/\[emerg\] .*processes\.map/);
  expect(await fingerprint()).toBe(before);
  const another = await openSocket(socketOf(1));
  another.socket.terminate();
  expect(await player.echo("a bet")).toBe("a bet");
});
