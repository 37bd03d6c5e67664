import { describe, expect, it } from "vitest";
import type { RawHeaders } from "./address.ts";
import { proxiesIn, settleAddress } from "./address.ts";
import { isOwnOrigin } from "./origin.ts";

describe("a client's address", () => {
  it.each<[string, RawHeaders, string, boolean, string]>([
    ["the peer", {}, "10.1.2.3", false, "10.1.2.3"],
    ["not what the client says", { "x-real-ip": "6.6.6.6" }, "10.1.2.3", false, "10.1.2.3"],
    ["nor in a list", { "x-forwarded-for": "6.6.6.6, 7.7.7.7" }, "10.1.2.3", false, "10.1.2.3"],
    ["what the proxy says", { "x-real-ip": " 9.9.9.9 " }, "10.1.2.3", true, "9.9.9.9"],
    ["the hop that it saw", { "x-forwarded-for": "6.6.6.6, 9.9.9.9" }, "10.1.2.3", true, "9.9.9.9"],
    ["the peer where it says nothing", { "x-real-ip": "" }, "10.1.2.3", true, "10.1.2.3"],
    ["the last word of two", { "x-real-ip": "6.6.6.6, 9.9.9.9" }, "10.1.2.3", true, "9.9.9.9"],
    [
      "the last line of two",
      { "x-forwarded-for": ["6.6.6.6", "7.7.7.7, 9.9.9.9"] },
      "10.1.2.3",
      true,
      "9.9.9.9",
    ],
    // A proxy that only appends to the list passes on what the client says in the other header.
    [
      "the hop where both are there",
      { "x-real-ip": "6.6.6.6", "x-forwarded-for": "7.7.7.7, 9.9.9.9" },
      "10.1.2.3",
      true,
      "9.9.9.9",
    ],
    [
      "the peer where the hop is none",
      { "x-real-ip": "6.6.6.6", "x-forwarded-for": "7.7.7.7, unknown" },
      "10.1.2.3",
      true,
      "10.1.2.3",
    ],
    ["without its port", { "x-forwarded-for": "9.9.9.9:4711" }, "10.1.2.3", true, "9.9.9.9"],
    [
      "IPv6 without its port",
      { "x-real-ip": "[2001:db8::1]:443" },
      "10.1.2.3",
      true,
      "2001:db8::1",
    ],
    [
      "IPv6 without brackets",
      { "x-forwarded-for": "[2001:DB8:0::1]" },
      "10.1.2.3",
      true,
      "2001:db8::1",
    ],
    ["IPv4 as it is mapped", { "x-real-ip": "::ffff:9.9.9.9" }, "10.1.2.3", true, "9.9.9.9"],
    ["IPv4 mapped in hex", { "x-real-ip": "::FFFF:909:909" }, "10.1.2.3", true, "9.9.9.9"],
    ["no name", { "x-real-ip": "evil.example" }, "10.1.2.3", true, "10.1.2.3"],
    ["no part of an address", { "x-real-ip": "9.9.9" }, "10.1.2.3", true, "10.1.2.3"],
    ["nothing after a comma", { "x-real-ip": "9.9.9.9, " }, "10.1.2.3", true, "10.1.2.3"],
    [
      "IPv6 as uWebSockets.js spells it",
      {},
      "2001:0db8:0000:0000:0000:0000:0000:0001",
      false,
      "2001:db8::1",
    ],
    ["IPv6 of a link without the link", {}, "fe80::1%eth0", false, "fe80::1"],
    ["never a third header", { "x-client-ip": "6.6.6.6" }, "10.1.2.3", true, "10.1.2.3"],
    ["IPv4 as Node spells it in IPv6", {}, "::ffff:10.1.2.3", false, "10.1.2.3"],
    [
      "IPv4 as uWebSockets.js does",
      {},
      "0000:0000:0000:0000:0000:ffff:0a01:0203",
      false,
      "10.1.2.3",
    ],
    ["plain IPv6", {}, "2001:db8::1", false, "2001:db8::1"],
  ])("is %s", (...[, headers, peer, trustProxy, expected]) => {
    const settled = { ...headers };
    expect(settleAddress(settled, peer, trustProxy)).toBe(expected);
    // This is what Colyseus and every endpoint read.
    expect(settled).toEqual({ "x-real-ip": expected });
  });

  it("takes the proxy's other words along only where the proxy is trusted", () => {
    const words = { "x-forwarded-proto": "https", "x-forwarded-host": "play.example.org" };
    const [trusted, untrusted] = [{ ...words }, { ...words }];
    settleAddress(trusted, "10.0.0.1", true);
    settleAddress(untrusted, "10.0.0.1", false);
    expect(trusted).toMatchObject(words);
    expect(untrusted).toEqual({ "x-real-ip": "10.0.0.1" });
  });
});

describe("a proxy of ours", () => {
  const isProxy = proxiesIn(["10.1.2.3", "172.16.0.0/12", "fd00::/8", "2001:db8::7"]);

  it.each<[string | undefined, boolean]>([
    ["10.1.2.3", true],
    ["10.1.2.4", false],
    ["172.31.255.255", true],
    ["172.32.0.0", false],
    ["::ffff:172.16.0.1", true],
    ["::ffff:10.1.2.4", false],
    ["0000:0000:0000:0000:0000:ffff:0a01:0203", true],
    ["fd12:3456::1", true],
    ["fd12:3456::1%eth0", true],
    ["fe80::1", false],
    ["2001:0db8:0000:0000:0000:0000:0000:0007", true],
    ["2001:db8::8", false],
    // A Unix socket has no address.
    ["", false],
    [undefined, false],
  ])("%s: %s", (peer, expected) => {
    expect(isProxy(peer)).toBe(expected);
  });

  it("is anybody or nobody where no list says", () => {
    expect([true, false].map((all) => proxiesIn(all)("10.1.2.3"))).toEqual([true, false]);
    expect(proxiesIn([])("10.1.2.3")).toBe(false);
  });
});

describe("an origin", () => {
  it.each<[RawHeaders, boolean]>([
    [{ host: "a.example" }, true],
    [{ host: "a.example", origin: "https://a.example" }, true],
    [{ host: "a.example:2567", origin: "http://a.example:2567" }, true],
    [{ host: "a.example", origin: "http://a.example:2567" }, false],
    [{ host: "a.example", origin: "https://b.example" }, false],
    [{ host: "a.example", origin: "https://a.example.evil" }, false],
    [{ host: "a.example", origin: "null" }, false],
    [{ host: "a.example", origin: "" }, false],
    [{ host: "inside", "x-forwarded-host": "a.example", origin: "https://a.example" }, true],
    [{ origin: "https://a.example" }, false],
  ])("%j is ours: %s", (headers, expected) => {
    expect(isOwnOrigin(headers)).toBe(expected);
  });
});
