/** What the proxy writes down: enough for operators, and nothing that lets anybody in. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { ask, openSocket } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

const SECRET = "k33p-this-to-yourself";
const QUERY = `?sessionId=${SECRET}&_authToken=${SECRET}`;

let folder = "";
let upstream: Upstream;
let nginx: NginxServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  upstream = await startUpstream({ name: "one" });
  nginx = await startNginx({
    folder,
    clientDir: folder,
    processes: new Map([
      [1, upstream.address],
      [2, `127.0.0.1:${await freePort()}`],
    ]),
    ports: { http: await freePort() },
    settings: { EDGE_REQUESTS_PER_SECOND: "1", EDGE_REQUESTS_BURST: "3" },
  });
});

afterAll(async () => {
  await nginx?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Line {
  readonly client: string;
  readonly path: string;
  readonly status: number;
  readonly process: string;
}

describe("the logs", () => {
  it("know each socket's path, process and end, and no token", async () => {
    const from = "127.0.0.5";
    const { socket } = await openSocket(`${nginx.url}/p/1/process/room${QUERY}`, from);
    socket.close();
    await new Promise((resolve) => socket.once("close", resolve));
    const elsewhere = await openSocket(`${nginx.url}/p/2/process/room${QUERY}`, from);
    elsewhere.socket.terminate();
    for (const path of ["/p/7/process/room", ...Array(6).fill("/p/1/process/room")]) {
      const asked = openSocket(`${nginx.url}${path}${QUERY}`);
      await asked.then(({ socket: open }) => open.terminate(), String);
    }
    await upstream.stop();
    for (const slot of [1, 2]) {
      const refused = openSocket(`${nginx.url}/p/${slot}/process/room${QUERY}`, "127.0.0.6");
      await expect(refused).rejects.toThrow("502");
    }
    await ask(`${nginx.url}/nothing${QUERY}`, { headers: { authorization: `Bearer ${SECRET}` } });
    // All of it is written when it has ended.
    await nginx.stop();
    const written = readFileSync(nginx.accessLog, "utf8");
    const lines = written.split("\n").filter((line) => line !== "");
    const parsed = lines.map((line) => JSON.parse(line) as Line);
    expect(parsed).toContainEqual(
      expect.objectContaining({
        client: from,
        path: "/p/1/process/room",
        status: 101,
        process: upstream.address,
      }),
    );
    const statuses = new Set(parsed.map(({ status }) => status));
    expect(statuses).toEqual(new Set([101, 404, 429, 502]));
    expect(written).not.toContain(SECRET);
    expect(readFileSync(nginx.errorLog, "utf8")).not.toContain(SECRET);
  });
});
