import { describe, expect, it } from "vitest";
import { AdminSessions } from "./session.ts";

const secrets = { jwtSecret: "token secret", adminPassword: "the password" };
const sessions = new AdminSessions(secrets);
const HOUR = 3_600_000;

const withCookie = (set: string) => new Headers({ cookie: `a=1; ${set.split(";")[0]}; b=2` });

describe("the admin's session", () => {
  it("lasts twelve hours", () => {
    const headers = withCookie(sessions.begin(0, false));
    expect(sessions.read(headers, 0)).toBe("admin");
    expect(sessions.read(headers, 12 * HOUR - 1)).toBe("admin");
    expect(sessions.read(headers, 12 * HOUR)).toBeNull();
  });

  it("ends with a new password, and with a new token secret", () => {
    const headers = withCookie(sessions.begin(0, false));
    for (const changed of [
      { ...secrets, adminPassword: "another" },
      { ...secrets, jwtSecret: "another" },
    ]) {
      expect(new AdminSessions(changed).read(headers, 0)).toBeNull();
    }
  });

  it("cannot be made longer, nor another's", () => {
    const [name, value = ""] = (sessions.begin(0, false).split(";")[0] ?? "").split("=");
    const [who, until, signature] = value.split(".");
    for (const forged of [
      `${who}.${Number(until) + 1}.${signature}`,
      `root.${until}.${signature}`,
      `${who}.${until}.`,
      `${who}.${until}`,
      `${who}.${until}.${signature}x`,
      "",
    ]) {
      expect(sessions.read(new Headers({ cookie: `${name}=${forged}` }), 0)).toBeNull();
    }
    expect(sessions.read(new Headers(), 0)).toBeNull();
  });

  it("travels only over TLS where it began there", () => {
    expect(sessions.begin(0, true)).toContain("; Secure");
    expect(sessions.begin(0, false)).not.toContain("Secure");
  });
});

describe("name and password", () => {
  it.each<[unknown, unknown, boolean]>([
    ["admin", "the password", true],
    ["admin", "the passwor", false],
    ["Admin", "the password", false],
    ["admin", "", false],
    ["admin", undefined, false],
    [undefined, "the password", false],
    ["admin", ["the password"], false],
  ])("%j and %j: %s", (name, password, expected) => {
    expect(sessions.admits(name, password)).toBe(expected);
  });
});
