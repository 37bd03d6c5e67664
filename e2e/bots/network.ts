/**
 * How bots reach the server over HTTP, and where each of them lives.
 *
 * Players come from many addresses, and 28,000 ports lead from one address to another. So on a
 * server of this machine every bot gets a loopback address of its own: the one that it calls is the
 * one that it calls from. A server that only answers at 127.0.0.1, or a machine without the other
 * loopback addresses, is noticed beforehand (see {@link canSpread}).
 */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

const LOOPBACK = /^127\.\d+\.\d+\.\d+$/;
export const REQUEST_MS = 30_000;

/** The address to call from for one that is called; undefined: the system's choice. */
export function homeOf(hostname: string): string | undefined {
  return LOOPBACK.test(hostname) && hostname !== "127.0.0.1" ? hostname : undefined;
}

/** The SDK's fetch, from the bot's own address. */
export function botFetch(address: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = new URL(address instanceof Request ? address.url : address);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const localAddress = homeOf(url.hostname);
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: init?.method ?? "GET",
      headers: Object.fromEntries(new Headers(init?.headers)),
      agent: false,
      timeout: REQUEST_MS,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error(`no answer in ${REQUEST_MS} ms`)));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const status = response.statusCode ?? 500;
        const headers = new Headers();
        for (const [name, value] of Object.entries(response.headers)) {
          if (value !== undefined) headers.set(name, String(value));
        }
        const empty = status === 204 || status === 304;
        resolve(new Response(empty ? null : Buffer.concat(chunks), { status, headers }));
      });
    });
    request.end(typeof init?.body === "string" ? init.body : undefined);
  });
}

/** The address at which bot number `index` calls the server. */
export function addressFor(url: string, index: number): string {
  const own = new URL(url);
  own.hostname = `127.1.${(index >> 8) & 255}.${index & 255}`;
  return own.href.replace(/\/+$/, "");
}

/** True where the server is on this machine and can be reached from and at every 127.x.x.x. */
export async function canSpread(url: string): Promise<boolean> {
  const { hostname } = new URL(url);
  if (hostname !== "localhost" && !LOOPBACK.test(hostname)) return false;
  try {
    const response = await botFetch(`${addressFor(url, 257)}/health`);
    return response.ok;
  } catch {
    // Not an error: this machine or this server has only the one address.
    return false;
  }
}
