/**
 * Errors as every API answers them: the right status and `{"error":{"code","message"}}`.
 *
 * Colyseus' own routes say their errors in several ways; here they are all said in one. For those
 * that the SDK asks, the message stands at the top as well, which is where the SDK looks for it.
 */

import { isPassing } from "../db/errors.ts";
import type { Logger } from "../platform/log.ts";
import { readRefusal } from "../rooms/refusalError.ts";
import { errorResponse } from "../transport/edge.ts";

const CODES: Readonly<Record<number, string>> = {
  400: "MALFORMED",
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_ALLOWED",
  409: "CONFLICT",
  413: "TOO_LARGE",
  415: "MALFORMED",
  429: "TOO_MANY_REQUESTS",
  503: "UNAVAILABLE",
};

const MESSAGES: Readonly<Record<string, string>> = {
  MALFORMED: "The request could not be understood.",
  UNAUTHENTICATED: "Sign in first.",
  FORBIDDEN: "This is not allowed.",
  NOT_FOUND: "There is nothing here.",
  METHOD_NOT_ALLOWED: "This address does not take this method.",
  UNAVAILABLE: "The server cannot do this now. Try again in a moment.",
  INTERNAL: "Something went wrong on the server.",
};

/** What `@colyseus/auth` calls things, as status, code and words. */
const AUTH: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  invalid_credentials: [401, "INVALID_CREDENTIALS", "The email address or the password is wrong."],
  email_malformed: [400, "EMAIL_MALFORMED", "This is not an email address."],
  email_already_in_use: [409, "EMAIL_IN_USE", "This email address has an account already."],
  password_too_short: [400, "PASSWORD_TOO_SHORT", "A password has at least 8 characters."],
  banned: [403, "BANNED", "This player may not play here."],
  unknown_player: [401, "UNAUTHENTICATED", "This player is not known any more. Sign in again."],
  internal: [500, "INTERNAL", "Something went wrong on the server."],
  unavailable: [503, "UNAVAILABLE", "The bank does not answer. Try again in a moment."],
};

interface Said {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** `response` as it is, or, where it is an error that is not ours yet, said our way. */
export async function normalised(response: Response, forSdk: boolean): Promise<Response> {
  if (response.status < 400) return response;
  const type = response.headers.get("content-type") ?? "";
  if (type !== "" && !type.includes("json") && !type.includes("text/plain")) return response;
  const text = await response.text();
  const { status, code, message } = said(response.status, text);
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  headers.set("content-type", "application/json");
  const body = { error: { code, message }, ...(forSdk ? { message: `${code}: ${message}` } : {}) };
  return new Response(JSON.stringify(body), { status, headers });
}

function said(status: number, text: string): Said {
  const body = parsed(text);
  const { error, message } = body;
  if (typeof error === "object" && error !== null && "code" in error && "message" in error) {
    return { status, code: String(error.code), message: String(error.message) };
  }
  const words = typeof error === "string" ? error : typeof message === "string" ? message : "";
  const auth = AUTH[words.split(" ").at(-1) ?? ""];
  if (auth !== undefined) return { status: auth[0], code: auth[1], message: auth[2] };
  const refusal = readRefusal(words);
  if (refusal !== null) return { status, ...refusal };
  const plain = status >= 500 && status !== 503 ? 500 : status;
  const code = CODES[plain] ?? (plain >= 500 ? "INTERNAL" : "REFUSED");
  // A 5xx never says what broke; a 4xx may say what was wrong with the request.
  const told = plain < 500 && words !== "" ? words : (MESSAGES[code] ?? "The request was refused.");
  return { status: plain, code, message: told };
}

function parsed(text: string): { readonly error?: unknown; readonly message?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/**
 * What is answered when a request could not be done: the database is away, or a bug showed, of which
 * nothing is told but to the log.
 */
export function failureResponse(error: unknown, log: Logger, request?: object): Response {
  if (isPassing(error)) {
    const message = "The bank does not answer, and nothing was done. Try again in a moment.";
    return errorResponse(503, "UNAVAILABLE", message);
  }
  log.error({ err: error, ...request }, "a request failed");
  return errorResponse(500, "INTERNAL", "Something went wrong on the server.");
}
