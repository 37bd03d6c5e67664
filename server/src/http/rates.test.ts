import { describe, expect, it } from "vitest";
import { Rates } from "./rates.ts";

function tries(rates: Rates, asked: { address: string; method: string; path: string }): number {
  for (let count = 0; count < 5_000; count += 1) {
    if (rates.exceeded({ ...asked, now: 0 })) return count;
  }
  return Number.POSITIVE_INFINITY;
}

const from = (address: string, path: string, method = "POST") => ({ address, path, method });

describe("rates by address", () => {
  it.each([
    ["/auth/login", 20],
    ["/auth/register", 20],
    ["/admin/api/login", 20],
    ["/auth/anonymous", 60],
    ["/matchmake/join/table", 400],
    ["/api/tables", 1_000],
  ])("%s: %i at once", (path, most) => {
    expect(tries(new Rates(), from("10.0.0.1", path))).toBe(most);
  });

  it("are each address's own", () => {
    const rates = new Rates();
    tries(rates, from("10.0.0.1", "/auth/login"));
    expect(tries(rates, from("10.0.0.2", "/auth/login"))).toBe(20);
  });

  it.each([
    ["2001:db8:7:1::1", "2001:db8:7:1:ffff::2"],
    ["2001:db8::1", "2001:0DB8:0000:0000:0000:0000:0000:0002"],
    ["2001:db8:0:5::", "2001:db8:0:5:1:2:3:4"],
  ])("are one network's with IPv6: %s and %s", (one, other) => {
    const rates = new Rates();
    tries(rates, from(one, "/auth/login"));
    expect(tries(rates, from(other, "/auth/login"))).toBe(0);
  });

  it("are each network's own with IPv6", () => {
    const rates = new Rates();
    tries(rates, from("2001:db8:7:1::1", "/auth/login"));
    expect(tries(rates, from("2001:db8:7:2::1", "/auth/login"))).toBe(20);
  });

  it("spare load tests on the machine itself, but not guessing", () => {
    for (const near of ["127.0.0.1", "127.0.0.9", "::1"]) {
      expect(tries(new Rates(), from(near, "/auth/anonymous"))).toBe(Number.POSITIVE_INFINITY);
      expect(tries(new Rates(), from(near, "/matchmake/join/table"))).toBe(
        Number.POSITIVE_INFINITY,
      );
      expect(tries(new Rates(), from(near, "/auth/login"))).toBe(20);
    }
  });

  it("come back with time", () => {
    const rates = new Rates();
    const asked = from("10.0.0.1", "/auth/login");
    tries(rates, asked);
    expect(rates.exceeded({ ...asked, now: 4_000 })).toBe(true);
    expect(rates.exceeded({ ...asked, now: 9_000 })).toBe(false);
  });
});
