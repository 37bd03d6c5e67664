/** The public HTTP interface, with bounded and jittered retries. */
import { setTimeout as wait } from "node:timers/promises";
import { botFetch } from "./network.ts";

/** The server answered with an error; `code` is the one of its body, where it has one. */
class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: string | undefined;

  constructor(path: string, status: number, body: unknown) {
    const error = (body as { error?: { code?: string; message?: string } } | null)?.error;
    super(`${path}: ${status}${error?.message === undefined ? "" : ` ${error.message}`}`);
    this.status = status;
    this.code = error?.code;
  }
}

export interface Retry {
  /** Epoch milliseconds after which nothing is tried again. */
  readonly until: number;
  /** Whether an answer that mostly is the last word is not, this time. */
  readonly isPassing?: (error: unknown) => boolean;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/** The answer's JSON; tries again what may go better later, until the time given. */
export async function getJson(url: string, options: { token?: string } & Retry): Promise<unknown> {
  const { token, until } = options;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return await withRetry({ until }, async () => {
    const response = await botFetch(url, { headers });
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new HttpError(new URL(url).pathname, response.status, body);
    return body;
  });
}

/** Runs `attempt` again after failures of the network or of a busy server. */
export async function withRetry<T>(retry: Retry, attempt: () => Promise<T>): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const jittered = waitMs * (0.5 + Math.random());
      const again = mayGoBetter(error) || retry.isPassing?.(error) === true;
      if (!again || Date.now() + jittered > retry.until) throw error;
      await wait(jittered);
    }
  }
}

/** False for an answer that would be the same again: a client error other than 408 and 429. */
function mayGoBetter(error: unknown): boolean {
  const { status, code } = error as { status?: unknown; code?: unknown };
  const answered = typeof status === "number" ? status : code;
  if (typeof answered !== "number" || answered < 400 || answered > 499) return true;
  return answered === 408 || answered === 429;
}
