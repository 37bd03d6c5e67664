import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { isRefusal, RedisHealth } from "./redisHealth.ts";

function healthWith(...connections: readonly string[]) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const health = new RedisHealth(log, clock);
  for (const name of connections) health.expect(name);
  const words = () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg.slice(0, 13));
  return { clock, health, lines, words };
}

const REFUSED = new Error("connect ECONNREFUSED 127.0.0.1:6379");
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

  it("tells what Redis refuses, and that is no outage", () => {
    const { health, lines } = healthWith("one");
    health.ready("one");
    const full = new Error("OOM command not allowed when used memory > 'maxmemory'.");
    expect(isRefusal(full)).toBe(true);
    expect(isRefusal(new Error("WRONGTYPE Operation against a key"))).toBe(false);
    for (let tries = 0; tries < 50; tries += 1) health.refused(full);
    expect(lines).toHaveLength(1);
    expect(health.state).toBe("ok");
  });

  it("has no more to tell once the house closes", () => {
    const { health, lines } = healthWith("one");
    health.close();
    health.lost("one", REFUSED);
    expect(lines).toEqual([]);
  });
});
