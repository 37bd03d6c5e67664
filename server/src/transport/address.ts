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
    const address = plain(peer ?? "");
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
  const address = (trustProxy ? told(headers) : undefined) ?? plain(peer ?? "unknown");
  for (const name of CLAIMS) delete headers[name];
  if (!trustProxy) for (const name of PROXY_ONLY) delete headers[name];
  headers["x-real-ip"] = address;
  return address;
}

/**
 * What a proxy says, where that is an address. The list goes first: a proxy that only appends to it
 * passes on what the client says in `x-real-ip`. A list that ends in no address settles it as well.
 */
function told(headers: RawHeaders): string | undefined {
  const last = lastOf(headers["x-forwarded-for"]) ?? lastOf(headers["x-real-ip"]) ?? "";
  const address = plain(withoutPort(last));
  return isIP(address) === 0 ? undefined : address;
}

/**
 * The proxy appends what it saw; what stands before it came from the client. That holds for a header
 * that comes twice as well: Node.js joins both with a comma, and uWebSockets.js leaves the last one.
 */
function lastOf(value: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(value) ? value.join(",") : value)?.trim();
  return text === "" ? undefined : text?.split(",").at(-1)?.trim();
}

/** Some proxies say the port as well, and IPv6 in brackets. */
function withoutPort(text: string): string {
  const groups = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text);
  return groups?.[1] ?? groups?.[2] ?? text;
}

/** One spelling for each address: IPv4 in IPv6's clothes is IPv4, and IPv6 is as short as can be. */
function plain(address: string): string {
  if (isIP(address) !== 6) return address;
  // Of an address of this link alone, without the link.
  const short = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const [high = "", low = ""] = mapped.slice(1).map((group) => group.padStart(4, "0"));
  return Buffer.from(high + low, "hex").join(".");
}
