/**
 * Pages of other sites have no business here: their browsers would lend them the player's address
 * and cookies. A request that names an origin must name ours; a program outside a browser names none.
 */
import type { RawHeaders } from "./address.ts";

/** After `settleAddress`: `x-forwarded-host` is there only where the proxy is trusted. */
export function isOwnOrigin(headers: RawHeaders): boolean {
  const origin = headers["origin"];
  if (origin === undefined) return true;
  if (Array.isArray(origin) || !URL.canParse(origin)) return false;
  const host = headers["x-forwarded-host"] ?? headers["host"];
  return new URL(origin).host === host;
}
