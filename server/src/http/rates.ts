/**
 * How often one address may ask; with IPv6 one network of 64 bits, which is what one subscriber has.
 * What costs the server something (a password's hash, a new player, a reservation) has a rate of its
 * own; everything together has one as well.
 */
import { isIPv6 } from "node:net";
import type { Rate } from "../platform/tokenBucket.ts";
import { TokenBuckets } from "../platform/tokenBucket.ts";

interface Rule {
  readonly path: RegExp;
  readonly method: "POST" | "*";
  readonly rate: Rate;
  /** Not for the machine itself, where load tests and a proxy without `TRUST_PROXY` come from. */
  readonly spareLoopback: boolean;
}

const RULES: readonly Rule[] = [
  {
    path: /^\/(auth\/(login|register)|admin\/api\/login)$/,
    method: "POST",
    rate: { perSecond: 0.2, burst: 20 },
    spareLoopback: false,
  },
  {
    path: /^\/auth\/anonymous$/,
    method: "POST",
    rate: { perSecond: 1, burst: 60 },
    spareLoopback: true,
  },
  {
    path: /^\/matchmake\//,
    method: "POST",
    rate: { perSecond: 20, burst: 400 },
    spareLoopback: true,
  },
  { path: /^\//, method: "*", rate: { perSecond: 100, burst: 1_000 }, spareLoopback: true },
];

const MOST_ADDRESSES = 20_000;
const LOOPBACK = /^(127\.|::1$|0000:0000:0000:0000:0000:0000:0000:0001$)/;

export class Rates {
  readonly #buckets = RULES.map(({ rate }) => new TokenBuckets(rate, MOST_ADDRESSES));

  /** True where the request is one too many. */
  exceeded(asked: { address: string; method: string; path: string; now: number }): boolean {
    const { address, method, path, now } = asked;
    const near = LOOPBACK.test(address);
    const asking = networkOf(address);
    return RULES.some((rule, index) => {
      if (rule.spareLoopback && near) return false;
      if (rule.method !== "*" && rule.method !== method) return false;
      return rule.path.test(path) && this.#buckets[index]?.take(asking, now) === false;
    });
  }
}

/** The first 64 bits of an IPv6 address, however it is spelled; any other as it is. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const left = Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array.from({ length: left }, () => "0"), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
