/** What a transport hands on: a request that is whole, bounded, and whose sender is known. */
import { STATUS_CODES } from "node:http";
import type { Router } from "@colyseus/core";
import type { TrustProxy } from "../config/trustProxy.ts";
import type { Logger } from "../platform/log.ts";
import type { RawHeaders } from "./address.ts";

/** Answers a request; `router` is Colyseus' own, with every endpoint. Never rejects. */
export type HttpHandler = (router: Router, request: Request) => Promise<Response>;

export interface EdgeOptions {
  /** Who may say whose address a request has. */
  readonly trustProxy: TrustProxy;
  readonly log: Logger;
  readonly handle: HttpHandler;
  /** A socket is asked for. `path`: as it was asked for. */
  readonly heard?: (path: string) => void;
}

export interface Incoming {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly headers: RawHeaders;
  readonly body: Buffer | null;
}

/** The request as endpoints see it; null where its head is nonsense. */
export function requestOf({ method, target, headers, body }: Incoming): Request | null {
  try {
    const given = new Headers();
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) given.set(name, Array.isArray(value) ? value.join(", ") : value);
    }
    const bodyless = method === "GET" || method === "HEAD" || body === null || body.length === 0;
    // The host is nobody's promise: nothing is decided by the URL's.
    return new Request(`http://localhost${target}`, {
      method,
      headers: given,
      ...(bodyless ? {} : { body: new Uint8Array(body) }),
    });
  } catch {
    return null;
  }
}

/** An error as every API answers it. */
export function errorResponse(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message }, message }, { status });
}

export const tooLarge = (): Response =>
  errorResponse(413, "TOO_LARGE", "The request's body is larger than this server takes.");

export const tooSlow = (): Response =>
  errorResponse(408, "TOO_SLOW", "The request did not arrive in time.");

export const malformed = (): Response =>
  errorResponse(400, "MALFORMED", "The request could not be understood.");

export const foreignOrigin = (): Response =>
  errorResponse(403, "FOREIGN_ORIGIN", "Pages of other sites may not use this server.");

/** `404 Not Found`. */
export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? "Unknown"}`;
}

/** True where the request says by itself that its body is too large. */
export function declaresTooMuch(headers: RawHeaders, most: number): boolean {
  return Number(headers["content-length"] ?? 0) > most;
}
