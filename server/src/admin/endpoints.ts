/** The admin's sign-in, and the page from which the rest is reached. No script is needed for either. */
import type { Endpoint } from "@colyseus/core";
import { createEndpoint } from "@colyseus/core";
import { errorResponse } from "../transport/edge.ts";
import type { GateOptions } from "./gate.ts";
import { landingPage, signInPage } from "./pages.ts";
import { ADMIN_NAME } from "./session.ts";

export function adminEndpoints(options: GateOptions): Record<string, Endpoint> {
  const page = (path: string, body: (request: Request) => string) =>
    createEndpoint(path, { method: "GET" }, async ({ request }) =>
      html(body(request as Request), 200),
    ) as unknown as Endpoint;
  return {
    "admin-page": page("/admin", () => landingPage()),
    "admin-sign-in": page("/admin/sign-in", ({ url }) => signInPage(nextOf(url), false)),
    "admin-login": createEndpoint("/admin/api/login", { method: "POST" }, ({ body, request }) =>
      signIn(options, request as Request, body),
    ) as unknown as Endpoint,
    "admin-logout": createEndpoint("/admin/api/logout", { method: "POST" }, async ({ request }) =>
      signOut(options, request as Request),
    ) as unknown as Endpoint,
    "admin-me": createEndpoint("/admin/api/me", { method: "GET" }, async () =>
      Response.json({ name: ADMIN_NAME }),
    ) as unknown as Endpoint,
  };
}

async function signIn(
  { sessions, now, record }: GateOptions,
  request: Request,
  body: unknown,
): Promise<Response> {
  const { name, password, next } = (typeof body === "object" ? (body ?? {}) : {}) as Record<
    string,
    unknown
  >;
  const address = request.headers.get("x-real-ip");
  const byForm = isForm(request);
  if (!sessions.admits(name, password)) {
    const who = typeof name === "string" ? name.slice(0, 40) : "";
    await record({ who, action: "sign-in refused", detail: { address } });
    if (byForm) return html(signInPage(safeNext(next), true), 401);
    return errorResponse(401, "INVALID_CREDENTIALS", "The name or the password is wrong.");
  }
  await record({ who: ADMIN_NAME, action: "signed in", detail: { address } });
  const headers = { "set-cookie": sessions.begin(now(), isOverTls(request)) };
  if (!byForm) return Response.json({ name: ADMIN_NAME }, { headers });
  return new Response(null, { status: 303, headers: { ...headers, location: safeNext(next) } });
}

async function signOut({ sessions, now, record }: GateOptions, request: Request) {
  const who = sessions.read(request.headers, now()) ?? ADMIN_NAME;
  await record({ who, action: "signed out", detail: {} });
  const headers = { "set-cookie": sessions.end(isOverTls(request)) };
  if (!isForm(request)) return Response.json({}, { headers });
  return new Response(null, { status: 303, headers: { ...headers, location: "/admin/sign-in" } });
}

function isForm(request: Request): boolean {
  const type = request.headers.get("content-type") ?? "";
  return type.startsWith("application/x-www-form-urlencoded");
}

/** The edge lets this header through only from a proxy that is trusted. */
function isOverTls(request: Request): boolean {
  return request.headers.get("x-forwarded-proto") === "https";
}

function nextOf(url: string): string {
  return safeNext(new URL(url).searchParams.get("next"));
}

/** Where to go after signing in: one of our own pages, never an address that somebody sent. */
function safeNext(next: unknown): string {
  return typeof next === "string" && /^\/(admin|monitor)\/?$/.test(next) ? next : "/admin";
}

function html(body: string, status: number): Response {
  return new Response(body, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}
