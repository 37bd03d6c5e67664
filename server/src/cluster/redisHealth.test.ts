import { pino } from "pino";
import {
  ClientOfflineError,
  MultiErrorReply,
  SimpleError,
  SocketClosedUnexpectedlyError,
} from "redis";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import type { RedisFailure } from "./redisHealth.ts";
import { failureOf, RedisAwayError, RedisHealth } from "./redisHealth.ts";

function healthWith(...connections: readonly string[]) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const health = new RedisHealth(log, clock);
  for (const name of connections) health.expect(name);
  const words = () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg.slice(0, 13));
  return { clock, health, lines, words };
}

const REFUSED = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:6379"), {
  code: "ECONNREFUSED",
});
const AWAY = "Redis (REDIS_";
const BACK = "Redis is back";

describe("the health of Redis", () => {
  it("is that of all connections", () => {
    const { health } = healthWith("one", "two");
    expect(health.state).toBe("away");
    health.ready("one");
    expect(health.state).toBe("away");
    health.ready("two");
    expect(health.state).toBe("ok");
    health.lost("one", REFUSED);
    expect(health.state).toBe("away");
  });

  it("is told once as it goes, and once as it is back", () => {
    const { health, lines, words } = healthWith("one", "two");
    for (let tries = 0; tries < 100; tries += 1) {
      for (const name of ["one", "two"]) health.lost(name, REFUSED);
    }
    health.ready("one");
    health.ready("two");
    expect(words()).toEqual([AWAY, BACK]);
    expect(lines[0]).toContain("ECONNREFUSED");
  });

  it("is not told all the time where a connection comes and goes", () => {
    const { clock, health, words } = healthWith("one");
    for (let turn = 0; turn < 50; turn += 1) {
      health.lost("one", REFUSED);
      health.ready("one");
      clock.advance(1_000);
    }
    expect(words()).toEqual([AWAY, BACK]);
    clock.advance(10_000);
    health.lost("one", REFUSED);
    expect(words()).toEqual([AWAY, BACK, AWAY]);
  });

  it("has few lines, however many reasons there are", () => {
    const { health, lines } = healthWith("one");
    for (let number = 0; number < 50; number += 1) health.lost("one", new Error(`no ${number}`));
    expect(lines).toHaveLength(4);
  });

  it("tells once that it is not let in, however often it tries, until it is", async () => {
    const { clock, health, lines } = healthWith("one", "two");
    const settled = health.untilSettled();
    const refused = ["WRONGPASS invalid username-password pair", "NOAUTH Authentication required."];
    for (let tries = 0; tries < 200; tries += 1) {
      health.lost(tries % 2 === 0 ? "one" : "two", new Error(refused[tries % 2]));
      clock.advance(1_000);
    }
    await settled;
    expect(health.notLetIn).toBe("WRONGPASS invalid username-password pair");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"level":50,.*REDIS_URL.*knows this user or password not/);
    for (const name of ["one", "two"]) health.ready(name);
    expect(health.notLetIn).toBeNull();
    expect(lines[1]).toContain(BACK);
    health.lost("one", new Error(refused[0]));
    expect(lines).toHaveLength(3);
  });

  it("tells what Redis refuses, and that is no outage", () => {
    const { health, lines } = healthWith("one");
    health.ready("one");
    const full = new Error("OOM command not allowed when used memory > 'maxmemory'.");
    for (let tries = 0; tries < 50; tries += 1) health.failed(full, "a test");
    expect(lines).toHaveLength(1);
    expect(health.state).toBe("ok");
  });

  it("tells of a bug once a minute, as an error, with what was done", () => {
    const { clock, health, lines } = healthWith("one");
    const bug = new TypeError("rooms is not iterable");
    for (let second = 0; second < 90; second += 1) {
      expect(health.failed(bug, "announcing rooms")).toBe("bug");
      clock.advance(1_000);
    }
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: 50,
      what: "announcing rooms",
      err: { message: "rooms is not iterable" },
    });
  });

  it("leaves it to the connection to tell that Redis is away", () => {
    const { health, lines } = healthWith("one");
    expect(health.failed(new Error("Connection is closed."), "announcing rooms")).toBe("away");
    expect(lines).toEqual([]);
  });

  it("has no more to tell once the house closes", () => {
    const { health, lines } = healthWith("one");
    health.close();
    health.lost("one", REFUSED);
    health.failed(new TypeError("a bug"), "a test");
    expect(lines).toEqual([]);
  });
});

describe("a call to Redis that failed", () => {
  const system = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", errno: -104 });
  const coded = (code: string) => Object.assign(new Error("write failed"), { code });
  const replies = (...messages: string[]) =>
    new MultiErrorReply(
      messages.map((message) => new SimpleError(message)),
      messages.map((_, at) => at),
    );

  it.each<[RedisFailure, unknown]>([
    ["away", new RedisAwayError("Redis does not answer")],
    ["away", REFUSED],
    ["away", system],
    ["away", new ClientOfflineError()],
    ["away", new SocketClosedUnexpectedlyError()],
    ["away", new Error("The queue is full")],
    ["away", new Error("Command timed out")],
    ["away", new Error("Connection is closed.")],
    ["away", new Error("Command aborted due to connection close")],
    ["away", new Error("Stream isn't writeable and enableOfflineQueue options is false")],
    ["refused", new SimpleError("OOM command not allowed when used memory > 'maxmemory'.")],
    ["refused", new Error("NOPERM this user has no permissions to run the 'eval' command")],
    ["refused", new Error("LOADING Redis is loading the dataset in memory")],
    ["refused", new SimpleError("NOREPLICAS Not enough good replicas to write.")],
    ["away", coded("EPROTO")],
    ["away", coded("ERR_SSL_WRONG_VERSION_NUMBER")],
    ["away", coded("ERR_TLS_CERT_ALTNAME_INVALID")],
    ["away", coded("ERR_STREAM_DESTROYED")],
    ["away", new Error("NOAUTH Authentication required.")],
    ["away", new Error("WRONGPASS invalid username-password pair or user is disabled.")],
    ["refused", replies("OOM command not allowed", "EXECABORT Transaction discarded")],
    ["bug", new SimpleError("WRONGTYPE Operation against a key holding the wrong kind of value")],
    ["bug", new Error("ERR user_script:1: Script attempted to access nonexistent global variable")],
    ["bug", new SimpleError("ERR wrong number of arguments for 'get' command")],
    ["bug", replies("OOM command not allowed", "WRONGTYPE Operation against a key")],
    ["bug", new TypeError("Cannot read properties of undefined")],
    ["bug", Object.assign(new TypeError("invalid"), { code: "ERR_INVALID_ARG_TYPE" })],
    ["bug", "text"],
    ["bug", undefined],
  ])("is %s: %s", (kind, error) => {
    expect(failureOf(error)).toBe(kind);
  });
});
