/** Tells a connection's ups and downs to the health, and nobody else: not a line for each try. */
import type { RedisPresence } from "@colyseus/redis-presence";
import type { RedisHealth } from "./redisHealth.ts";

/** A client of the library that Colyseus uses. */
export type ColyseusRedis = RedisPresence["pub"];

/** What a failed sign of life says of its connection: one that hangs is ended, and connects anew. */
export function endIfHanging(connection: ColyseusRedis, error: unknown, health: RedisHealth): void {
  const away = health.failed(error, "a sign of life") === "away";
  if (away && connection.status === "ready") connection.disconnect(true);
}

export function superviseConnection(
  connection: ColyseusRedis,
  name: string,
  health: RedisHealth,
): void {
  let reason: unknown = "the connection ended";
  health.expect(name);
  connection.removeAllListeners("error");
  connection.on("error", (error: unknown) => {
    reason = error;
    health.lost(name, reason);
  });
  connection.on("ready", () => health.ready(name));
  connection.on("close", () => {
    health.lost(name, reason);
    reason = "the connection ended";
  });
}
