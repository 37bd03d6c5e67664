/** A process that takes no more connections for a moment, because a whole crowd has come back to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { until } from "../trials/stage.ts";
import type { BusyProcess } from "./nginxBusyProcess.ts";
import { startBusyProcess } from "./nginxBusyProcess.ts";
import { openSocket } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

let folder = "";
let busy: BusyProcess;
let other: Upstream;
let nginx: NginxServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  busy = await startBusyProcess();
  other = await startUpstream({ name: "other" });
  nginx = await startNginx({
    folder,
    clientDir: folder,
    processes: new Map([
      [1, `127.0.0.1:${busy.port}`],
      [2, other.address],
    ]),
    ports: { http: await freePort() },
  });
});

afterAll(async () => {
  await nginx?.stop();
  await other?.stop();
  await busy?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it.runIf(process.platform === "linux")(
  "is asked again, and its players are not led elsewhere",
  async () => {
    await busy.closeDoors();
    const opening = openSocket(`${nginx.url}/p/1/process/room?sessionId=abc`);
    // The kernel asks after a second, and again after one or two more.
    await until("a second asking", busy.isAskedAgain, { withinMs: 2_000 });
    busy.openDoors();
    const { arrival, socket } = await opening;
    socket.terminate();
    expect(arrival.process).toBe("busy");
    expect(other.arrivals).toEqual([]);
  },
);
