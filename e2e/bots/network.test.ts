import { describe, expect, it } from "vitest";
import { addressFor, canSpread, homeOf } from "./network.ts";

describe("the address that a bot calls from", () => {
  it.each([
    ["127.1.2.3", "127.1.2.3"],
    ["127.0.0.2", "127.0.0.2"],
    // What the system takes by itself needs no asking.
    ["127.0.0.1", undefined],
    ["localhost", undefined],
    ["10.1.2.3", undefined],
    ["127.1.2.3.example.org", undefined],
    ["house.example.org", undefined],
  ])("for %s is %s", (hostname, home) => {
    expect(homeOf(hostname)).toBe(home);
  });
});

describe("the address that a bot calls", () => {
  it("is its own, at the same door", () => {
    expect(addressFor("http://127.0.0.1:2567", 3)).toBe("http://127.1.0.3:2567");
    expect(addressFor("https://localhost:8443/", 258)).toBe("https://127.1.1.2:8443");
    expect(addressFor("http://127.0.0.1/house/", 1)).toBe("http://127.1.0.1/house");
  });

  it("is nobody else's, up to 65,536 bots; then they share", () => {
    const addresses = Array.from({ length: 65_536 }, (_, index) => addressFor("http://a", index));
    expect(new Set(addresses).size).toBe(65_536);
    expect(addressFor("http://a", 65_536)).toBe(addresses[0]);
    for (const address of addresses.slice(0, 300)) {
      expect(homeOf(new URL(address).hostname)).toBe(new URL(address).hostname);
    }
  });

  it("is never one of this machine for a house that is elsewhere", async () => {
    expect(await canSpread("https://house.example.org")).toBe(false);
    expect(await canSpread("http://10.1.2.3:2567")).toBe(false);
  });
});
