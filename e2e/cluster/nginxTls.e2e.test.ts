/** The entry with TLS: how one gets there, and what it speaks. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../src/testing/ports.ts";
import { ask, openSocket } from "./nginxClient.ts";
import type { NginxServer } from "./nginxServer.ts";
import { startNginx } from "./nginxServer.ts";
import type { Upstream } from "./nginxUpstream.ts";
import { startUpstream } from "./nginxUpstream.ts";

let folder = "";
let upstream: Upstream;
let nginx: NginxServer;
let plain = "";
let httpsPort = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  upstream = await startUpstream({ name: "one" });
  const http = await freePort();
  httpsPort = await freePort();
  plain = `http://127.0.0.1:${http}`;
  nginx = await startNginx({
    folder,
    clientDir: folder,
    processes: new Map([[1, upstream.address]]),
    ports: { http, https: httpsPort },
  });
});

afterAll(async () => {
  await nginx?.stop();
  await upstream?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A handshake that trusts the certificate made for this machine, and nothing else. */
function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  const ca = readFileSync(join(folder, "certificate.pem"));
  return new Promise((resolve, reject) => {
    const where = { host: "127.0.0.1", port: httpsPort, servername: "localhost", ca };
    const socket = connect({ ...where, ...options }, () => resolve(socket));
    socket.on("error", reject);
  });
}

describe("plain HTTP", () => {
  it.each(["/", "/api/tables?period=day", "/p/1/process/room?sessionId=x"])(
    "leads to HTTPS with method and query: %s",
    async (path) => {
      const { status, headers } = await ask(`${plain}${path}`, { method: "POST" });
      expect(status).toBe(308);
      expect(headers.location).toBe(`https://127.0.0.1:${httpsPort}${path}`);
      expect(upstream.arrivals).toHaveLength(0);
    },
  );

  it("tells Nginx's health, for the container's check", async () => {
    expect((await ask(`${plain}/health`)).body).toBe('{"status":"ok"}');
  });

  it("leads to HTTPS from the port for HTTPS as well", async () => {
    const { status, headers } = await ask(`http://127.0.0.1:${httpsPort}/api/tables`);
    expect(status).toBe(308);
    expect(headers.location).toBe(`https://127.0.0.1:${httpsPort}/api/tables`);
  });
});

describe("HTTPS", () => {
  it.each(["/api/tables", "/nothing", "/health"])("is to be used from now on: %s", async (path) => {
    const { headers } = await ask(`${nginx.url}${path}`);
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
  });

  it("carries players' sockets, and tells the process that it is HTTPS", async () => {
    const { arrival, echo, socket } = await openSocket(`${nginx.url}/p/1/process/room`);
    expect(arrival.headers["x-forwarded-proto"]).toBe("https");
    expect(await echo("a bet")).toBe("a bet");
    socket.terminate();
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("speaks %s", async (version) => {
    const socket = await handshake({ minVersion: version, maxVersion: version });
    expect(socket.getProtocol()).toBe(version);
    socket.destroy();
  });

  it("speaks HTTP/2 with who does", async () => {
    const socket = await handshake({ ALPNProtocols: ["h2", "http/1.1"] });
    expect(socket.alpnProtocol).toBe("h2");
    socket.destroy();
  });

  it.each(["TLSv1", "TLSv1.1"] as const)("does not speak %s", async (version) => {
    const old = handshake({
      minVersion: version,
      maxVersion: version,
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    await expect(old).rejects.toMatchObject({ code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
  });

  it.each(["AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA"])(
    "does not take %s, which keeps no secret for long",
    async (ciphers) => {
      const weak = handshake({ maxVersion: "TLSv1.2", ciphers: `${ciphers}@SECLEVEL=0` });
      await expect(weak).rejects.toMatchObject({ code: /ALERT_HANDSHAKE_FAILURE/ });
    },
  );

  it("gives out no session tickets", async () => {
    const socket = await handshake({ maxVersion: "TLSv1.2" });
    expect(socket.getTLSTicket()).toBeUndefined();
    expect(socket.getSession()?.length).toBeGreaterThan(0);
    socket.destroy();
  });

  it("has a key that only its owner reads", () => {
    expect(statSync(join(folder, "certificate.key")).mode & 0o077).toBe(0);
  });
});
