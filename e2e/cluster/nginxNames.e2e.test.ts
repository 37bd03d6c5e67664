/** Processes that are known by name only: before they are there, when they come and when they move. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { ask, openSocket } from "./nginxClient.ts";
import type { NameServer } from "./nginxNames.ts";
import { startNames } from "./nginxNames.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Arrival, Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

/** Nginx keeps an answer for 2 s, and asks again for up to 2 s. */
const FOUND = { timeout: 5_000, interval: 100 };

let folder = "";
let nginx: NginxServer;
let names: NameServer;
let first: Upstream;
let second: Upstream;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  names = await startNames();
  first = await startUpstream({ name: "first", host: "127.0.0.2" });
  second = await startUpstream({ name: "second", host: "127.0.0.3", port: first.port });
  nginx = await startNginx({
    folder,
    clientDir: folder,
    processes: new Map([[1, `croupier-server-1:${first.port}`]]),
    ports: { http: await freePort() },
    settings: {
      EDGE_ANY_PROCESS: `server:${first.port}`,
      EDGE_RESOLVER: names.address,
      EDGE_UPSTREAMS: "none[.]conf",
      // Each worker keeps names of its own.
      EDGE_WORKERS: "1",
    },
  });
});

afterAll(async () => {
  await nginx?.stop();
  await first?.stop();
  await second?.stop();
  names?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const askedProcess = async (): Promise<string> => {
  const { status, body } = await ask(`${nginx.url}/api/tables`);
  return status === 200 ? (JSON.parse(body) as Arrival).process : String(status);
};

const socketProcess = async (): Promise<string> => {
  const { arrival, socket } = await openSocket(`${nginx.url}/p/1/process/room`);
  socket.terminate();
  return arrival.process;
};

describe("a process known by its name", () => {
  it("keeps nothing from starting while it is not there", async () => {
    expect((await ask(`${nginx.url}/health`)).status).toBe(200);
    expect(await askedProcess()).toBe("502");
    await expect(socketProcess()).rejects.toThrow("502");
  });

  it("is found when it comes", async () => {
    names.names.set("server", ["127.0.0.2"]);
    names.names.set("croupier-server-1", ["127.0.0.2"]);
    await vi.waitFor(async () => expect(await askedProcess()).toBe("first"), FOUND);
    await vi.waitFor(async () => expect(await socketProcess()).toBe("first"), FOUND);
  });

  it("is found where it moves to, within seconds, although its name may be kept for longer", async () => {
    names.names.set("server", ["127.0.0.3"]);
    names.names.set("croupier-server-1", ["127.0.0.3"]);
    await vi.waitFor(async () => expect(await socketProcess()).toBe("second"), FOUND);
    await vi.waitFor(async () => expect(await askedProcess()).toBe("second"), FOUND);
  });

  it("shares a name with others, and one that is dead is passed over", async () => {
    names.names.set("server", ["127.0.0.4", "127.0.0.2", "127.0.0.3"]);
    const seen = new Set<string>();
    await vi.waitFor(
      async () => {
        seen.add(await askedProcess());
        expect(seen).toEqual(new Set(["first", "second"]));
      },
      { timeout: 5_000, interval: 20 },
    );
  });
});
