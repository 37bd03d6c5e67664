/**
 * Processes that share one name, as in containers, where one of them says nothing: its container was
 * removed and the name server does not know yet, or it hangs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import type { BusyProcess } from "./nginxBusyProcess.ts";
import { startBusyProcess } from "./nginxBusyProcess.ts";
import type { Question } from "./nginxClient.ts";
import { ask } from "./nginxClient.ts";
import type { NameServer } from "./nginxNames.ts";
import { startNames } from "./nginxNames.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Arrival, Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

const SILENT = "127.0.0.2";
const SOUND = "127.0.0.3";
/** So many that some of them are asked of the silent one first. */
const ASKED = 24;
/** Of the sound one, and for a process that answers none. */
const ANSWER = "500ms";
const POST: Question = { method: "POST", body: "{}" };

let folder = "";
let nginx: NginxServer;
let names: NameServer;
let sound: Upstream;
let silent: BusyProcess | Upstream;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  names = await startNames();
  names.names.set("server", [SILENT, SOUND]);
  sound = await startUpstream({ name: "sound", host: SOUND });
});

afterEach(async () => {
  await nginx?.stop();
  await sound?.stop();
  await silent?.stop();
  names?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  nginx = await startNginx({
    folder,
    clientDir: folder,
    processes: new Map(),
    ports: { http: await freePort() },
    settings: {
      EDGE_ANY_PROCESS: `server:${sound.port}`,
      EDGE_RESOLVER: names.address,
      EDGE_UPSTREAMS: "none[.]conf",
      EDGE_ANSWER_TIMEOUT: ANSWER,
      EDGE_SEAT_TIMEOUT: ANSWER,
      // Each worker keeps names of its own.
      EDGE_WORKERS: "1",
    },
  });
  // Who waits for the name gets one order of addresses; once it is known each request has its own.
  await ask(`${nginx.url}/ready`);
}

const asked = ({ arrivals }: { readonly arrivals: readonly Arrival[] }): number =>
  arrivals.filter(({ target }) => target !== "/ready").length;

/** Everybody asks at once. */
async function statuses(path: string, question: Question = {}): Promise<ReadonlySet<number>> {
  const answers = Array.from({ length: ASKED }, () => ask(`${nginx.url}${path}`, question));
  return new Set((await Promise.all(answers)).map(({ status }) => status));
}

describe("an address at which nobody is", () => {
  it.runIf(process.platform === "linux").each([
    ["/api/tables", {}],
    ["/auth/anonymous", POST],
    ["/matchmake/join/table", POST],
  ])("is passed over: nobody who asks for %s hears of it", async (path, question) => {
    const busy = await startBusyProcess({ host: SILENT, port: sound.port });
    silent = busy;
    await start();
    await busy.closeDoors();
    expect(await statuses(path, question)).toEqual(new Set([200]));
    expect(asked(sound)).toBe(ASKED);
  });
});

describe("a process that takes requests and answers none", () => {
  let hanging: Upstream;

  beforeEach(async () => {
    const { port } = sound;
    hanging = await startUpstream({ name: "hangs", host: SILENT, port, answer: () => {} });
    silent = hanging;
    await start();
  });

  it("is left for another one by those who only read", async () => {
    expect(await statuses("/api/tables")).toEqual(new Set([200]));
    expect(asked(hanging)).toBeGreaterThan(0);
    expect(asked(sound)).toBe(ASKED);
  });

  it.each(["/auth/register", "/matchmake/join/table"])(
    "has told nobody whether it did something, so nobody else is asked to: %s",
    async (path) => {
      expect(await statuses(path, POST)).toEqual(new Set([200, 504]));
      expect(asked(hanging)).toBeGreaterThan(0);
      expect(asked(hanging) + asked(sound)).toBe(ASKED);
    },
  );
});
