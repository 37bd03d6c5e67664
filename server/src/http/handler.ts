/** The order in which a request is looked at, on either transport. */
import type { Router } from "@colyseus/core";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { HttpHandler } from "../transport/edge.ts";
import { errorResponse, foreignOrigin, malformed } from "../transport/edge.ts";
import { isOwnOrigin } from "../transport/origin.ts";
import { failureResponse, normalised } from "./errors.ts";
import { Rates } from "./rates.ts";
import { contentSecurityPolicy, secure } from "./securityHeaders.ts";
import type { StaticFiles } from "./staticFiles.ts";

export interface HandlerOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly files: StaticFiles;
  readonly publicAddress: string | null;
  /** Answers what may not pass; null where it may. */
  readonly gate: (request: Request) => Promise<Response | null>;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
const READY = "/ready";
const FOR_SDK = /^\/(auth|matchmake)\//;
const API = /^\/(api|auth|matchmake|admin\/api|monitor\/api)(\/|$)/;

/** Answers every HTTP request; never rejects. */
export function createHttpHandler(options: HandlerOptions): HttpHandler {
  const policy = contentSecurityPolicy(options.publicAddress);
  const rates = new Rates();
  return async (router, request) => {
    const { pathname } = new URL(request.url);
    try {
      const response = await answer({ ...options, rates, router, request, path: pathname });
      // Whoever asks for readiness wants the checks, whatever the status.
      if (pathname === READY) return secure(response, policy);
      return secure(await normalised(response, FOR_SDK.test(pathname)), policy);
    } catch (error) {
      const failure = failureResponse(error, options.log, {
        path: pathname,
        method: request.method,
      });
      return secure(failure, policy);
    }
  };
}

interface Answering extends HandlerOptions {
  readonly rates: Rates;
  readonly router: Router;
  readonly request: Request;
  readonly path: string;
}

async function answer({ clock, files, gate, rates, router, request, path }: Answering) {
  const { headers } = request;
  const method = request.method === "HEAD" ? "GET" : request.method;
  const address = headers.get("x-real-ip") ?? "unknown";
  if (rates.exceeded({ address, method, path, now: clock.now() })) {
    const refused = errorResponse(429, "TOO_MANY_REQUESTS", "Too many requests; wait a little.");
    refused.headers.set("retry-after", "5");
    return refused;
  }
  if (!isDecodable(path)) return malformed();
  if (method === "OPTIONS") return options(router, path);
  // Reading is harmless: the browser shows no other page what it read.
  if (method !== "GET" && !isOwnOrigin(Object.fromEntries(headers))) return foreignOrigin();
  const turnedAway = await gate(request);
  if (turnedAway !== null) return turnedAway;
  if (router.findRoute(method, path) !== undefined) {
    const asked = request.method === "HEAD" ? new Request(request, { method }) : request;
    return router.handler(asked);
  }
  if (method === "GET" && !API.test(path)) {
    const file = files.serve(path, headers.get("accept-encoding") ?? "");
    if (file !== null) return file;
  }
  return nothingHere(router, path);
}

function options(router: Router, path: string): Response {
  const allowed = allowedMethods(router, path);
  const allow = allowed.length > 0 ? allowed.join(", ") : "GET, HEAD";
  return new Response(null, { status: 204, headers: { allow } });
}

function nothingHere(router: Router, path: string): Response {
  const allowed = allowedMethods(router, path);
  if (allowed.length === 0) return errorResponse(404, "NOT_FOUND", "There is nothing here.");
  const response = errorResponse(
    405,
    "METHOD_NOT_ALLOWED",
    `This address takes ${allowed.join(", ")}.`,
  );
  response.headers.set("allow", allowed.join(", "));
  return response;
}

function allowedMethods(router: Router, path: string): string[] {
  return METHODS.filter((method) => {
    const asked = method === "HEAD" ? "GET" : method;
    return router.findRoute(asked, path) !== undefined;
  });
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
