/** What every answer carries, so that a browser does with it only what we mean. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/** `publicAddress`: where this process's rooms are, if not where the page is. */
export function contentSecurityPolicy(publicAddress: string | null): string {
  const host = publicAddress?.split("/")[0];
  const rooms = host === undefined ? "" : ` ws://${host} wss://${host}`;
  return [...POLICY, `connect-src 'self'${rooms}`].join("; ");
}

/** Puts the headers on `response`; `cache-control` only where the answer says nothing of its own. */
export function secure(response: Response, policy: string): Response {
  const { headers } = response;
  headers.set("content-security-policy", policy);
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  return response;
}
