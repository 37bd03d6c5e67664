/** `TRUST_PROXY`: who may say whose address a request has. */
import { z } from "zod";
import type { Variable } from "./environment.ts";

/** Anybody, nobody, or the peers with these addresses or in these ranges. */
export type TrustProxy = boolean | readonly string[];

const MOST_PEERS = 100;
const peer = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

export const TRUST_PROXY: Variable<TrustProxy> = {
  name: "TRUST_PROXY",
  takes:
    "true or false, or the proxies' IP addresses or ranges, with commas between them, such as 127.0.0.1,10.1.0.0/16",
  schema: z.union([
    z.stringbool(),
    z
      .string()
      .transform((text) => text.split(",").map((part) => part.trim()))
      .pipe(z.array(peer).max(MOST_PEERS)),
  ]),
};

/** An address that this machine alone can connect to. */
const LOOPBACK = /^(127\.|::1$)/;

export interface Door {
  readonly trustProxy: TrustProxy;
  /** Null: at all addresses of this machine. */
  readonly listenAddress: string | null;
}

/** A line for the operator where whoever can connect from elsewhere is believed; null where not. */
export function trustWarning({ trustProxy, listenAddress }: Door): string | null {
  if (!believesAll(trustProxy) || LOOPBACK.test(listenAddress ?? "")) return null;
  return "TRUST_PROXY holds for everybody, and not only this machine can connect: whoever can is believed about whose address a request has. Where that is more than the proxy, give the proxy's address in its place.";
}

function believesAll(trustProxy: TrustProxy): boolean {
  if (typeof trustProxy === "boolean") return trustProxy;
  return trustProxy.some((peers) => /\/0+$/.test(peers));
}
