/** A process that takes no more connections for a moment, because a whole crowd has come back to it. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import type { Running } from "../src/testing/processes.ts";
import { startNode } from "../src/testing/processes.ts";
import { openSocket } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";
import { until } from "./trials/stage.ts";

/** With one place in its queue: the kernel lets one more than that wait. */
const BUSY = `
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
const server = createServer();
new WebSocketServer({ server }).on("connection", (socket) => socket.send('{"process":"busy"}'));
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log("port", server.address().port));
`;
const QUEUED = 2;
/** As the kernel lists it. */
const SYN_SENT = "02";

let folder = "";
let busy: Running;
let busyPort = 0;
let other: Upstream;
let nginx: NginxServer;
const queued: Socket[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  busy = startNode({ args: ["--input-type=module", "--eval", BUSY] });
  busyPort = Number((await busy.sees(/port (\d+)/))[1]);
  other = await startUpstream({ name: "other" });
  nginx = await startNginx({
    folder,
    clientDir: folder,
    processes: new Map([
      [1, `127.0.0.1:${busyPort}`],
      [2, other.address],
    ]),
    ports: { http: await freePort() },
  });
});

afterAll(async () => {
  for (const socket of queued) socket.destroy();
  await nginx?.stop();
  await other?.stop();
  busy?.signal("SIGKILL");
  await busy?.exited;
  rmSync(folder, { recursive: true, force: true });
});

/** Whether a connection to the port was asked for a second time, and nobody has answered. */
function isAskedAgain(port: number): boolean {
  const to = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return sockets.some((socket) => {
    const [, , remote, state, , , again = "0"] = socket.trim().split(/\s+/);
    return remote === to && state === SYN_SENT && Number.parseInt(again, 16) > 0;
  });
}

it.runIf(process.platform === "linux")(
  "is asked again, and its players are not led elsewhere",
  async () => {
    busy.signal("SIGSTOP");
    for (let count = 0; count < QUEUED; count += 1) {
      const socket = connect(busyPort, "127.0.0.1");
      queued.push(socket);
      await once(socket, "connect");
    }
    const opening = openSocket(`${nginx.url}/p/1/process/room?sessionId=abc`);
    // The kernel asks after a second, and again after one or two more.
    await until("a second asking", () => isAskedAgain(busyPort), { withinMs: 2_000 });
    busy.signal("SIGCONT");
    const { arrival, socket } = await opening;
    socket.terminate();
    expect(arrival.process).toBe("busy");
    expect(other.arrivals).toEqual([]);
  },
);
