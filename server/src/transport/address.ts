/**
 * Whose address a request has. Headers that name one are anybody's to send, and Colyseus believes
 * them; so they are dropped at the door, and `x-real-ip` is written anew with what the edge itself
 * knows: the socket's peer, or, behind a trusted proxy, what the proxy says.
 */
import { BlockList, isIP } from "node:net";
import type { TrustProxy } from "../config/trustProxy.ts";

export type RawHeaders = Record<string, string | string[] | undefined>;

const CLAIMS = ["x-real-ip", "x-forwarded-for", "x-client-ip"] as const;
const PROXY_ONLY = ["x-forwarded-proto", "x-forwarded-host"] as const;

/** Tells the peers that are proxies of ours from all others. */
export function proxiesIn(trustProxy: TrustProxy): (peer: string | undefined) => boolean {
  if (typeof trustProxy === "boolean") return () => trustProxy;
  const proxies = new BlockList();
  for (const given of trustProxy) {
    const [address = "", bits] = given.split("/");
    const kind = kindOf(address);
    if (bits === undefined) proxies.addAddress(address, kind);
    else proxies.addSubnet(address, Number(bits), kind);
  }
  return (peer) => {
    // Of an address of this link alone, without the link.
    const address = plain(peer ?? "").replace(/%.*$/, "");
    return isIP(address) !== 0 && proxies.check(address, kindOf(address));
  };
}

const kindOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Settles the client's address, writes it into `headers` and answers it. */
export function settleAddress(
  headers: RawHeaders,
  peer: string | undefined,
  trustProxy: boolean,
): string {
  const told = trustProxy ? (single(headers["x-real-ip"]) ?? lastHop(headers)) : undefined;
  const address = told ?? plain(peer ?? "unknown");
  for (const name of CLAIMS) delete headers[name];
  if (!trustProxy) for (const name of PROXY_ONLY) delete headers[name];
  headers["x-real-ip"] = address;
  return address;
}

function single(value: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text === "" ? undefined : text;
}

/** The proxy appends the peer that it saw; what stands before it came from the client. */
function lastHop(headers: RawHeaders): string | undefined {
  const value = headers["x-forwarded-for"];
  const hops = (Array.isArray(value) ? value.join(",") : value)?.split(",");
  return single(hops?.at(-1));
}

/** IPv4 in IPv6's clothes, as either transport spells it, becomes plain IPv4. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const long = /^(?:0000:){5}ffff:([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(address);
  if (long === null) return address;
  const bytes = Buffer.from(`${long[1]}${long[2]}`, "hex");
  return bytes.join(".");
}
