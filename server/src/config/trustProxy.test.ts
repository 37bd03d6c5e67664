import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { trustWarning } from "./trustProxy.ts";

const trusted = (text: string) => readConfig({ TRUST_PROXY: text }).trustProxy;

describe("TRUST_PROXY", () => {
  it.each<[string, boolean | readonly string[]]>([
    ["true", true],
    ["1", true],
    ["false", false],
    ["0", false],
    ["", false],
    ["10.0.0.7", ["10.0.0.7"]],
    ["10.0.0.0/8, 127.0.0.1 ,fd00::/8,::1", ["10.0.0.0/8", "127.0.0.1", "fd00::/8", "::1"]],
    ["0.0.0.0/0", ["0.0.0.0/0"]],
  ])("takes %j", (text, expected) => {
    expect(trusted(text)).toEqual(expected);
  });

  it.each([
    "perhaps",
    "10.0.0.0/33",
    "10.0.0",
    "10.0.0.1,",
    ",",
    "fd00::/129",
    "proxy.example.org",
    "true,10.0.0.1",
    "10.0.0.1-10.0.0.9",
    Array(101).fill("10.0.0.1").join(","),
  ])("does not take %j, and says what it takes", (text) => {
    expect(() => trusted(text)).toThrow(/^TRUST_PROXY is .*127\.0\.0\.1,10\.1\.0\.0\/16\.$/);
  });

  it("is warned of where it believes anybody from anywhere", () => {
    const warned = (environment: Record<string, string>) =>
      trustWarning(readConfig(environment)) !== null;
    expect(warned({ TRUST_PROXY: "true" })).toBe(true);
    expect(warned({ TRUST_PROXY: "true", LISTEN_ADDRESS: "0.0.0.0" })).toBe(true);
    expect(warned({ TRUST_PROXY: "true", LISTEN_ADDRESS: "::" })).toBe(true);
    expect(warned({ TRUST_PROXY: "true", LISTEN_ADDRESS: "127.0.0.1" })).toBe(false);
    // One of the machine's own addresses may be reached from anywhere as well.
    expect(warned({ TRUST_PROXY: "true", LISTEN_ADDRESS: "10.1.2.3" })).toBe(true);
    expect(warned({ TRUST_PROXY: "true", LISTEN_ADDRESS: "2001:db8::1" })).toBe(true);
    expect(warned({ TRUST_PROXY: "true", LISTEN_ADDRESS: "127.0.0.2" })).toBe(false);
    expect(warned({ TRUST_PROXY: "true", LISTEN_ADDRESS: "::1" })).toBe(false);
    // A range that holds all there are.
    expect(warned({ TRUST_PROXY: "127.0.0.1,0.0.0.0/0" })).toBe(true);
    expect(warned({ TRUST_PROXY: "::/0", LISTEN_ADDRESS: "10.1.2.3" })).toBe(true);
    expect(warned({ TRUST_PROXY: "0.0.0.0/0", LISTEN_ADDRESS: "127.0.0.1" })).toBe(false);
    expect(warned({ TRUST_PROXY: "127.0.0.1" })).toBe(false);
    expect(warned({ TRUST_PROXY: "10.0.0.0/8", LISTEN_ADDRESS: "10.1.2.3" })).toBe(false);
    expect(warned({})).toBe(false);
  });
});
