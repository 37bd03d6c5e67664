/**
 * Holds what is asked over a connection to its time, and tells its ups and downs to the health, and nobody
 * else: not a line for each try. Nothing is asked of a Redis that is another house's.
 */
import type { RedisPresence } from "@colyseus/redis-presence";
import type { Clock } from "../platform/clock.ts";
import { within } from "../platform/within.ts";
import { REDIS_ANSWERS_MS } from "./redisAddress.ts";
import type { RedisHealth } from "./redisHealth.ts";
import { RedisAwayError } from "./redisHealth.ts";

/** A client of the library that Colyseus uses. */
export type ColyseusRedis = RedisPresence["pub"];

/** What a connection itself takes, and what neither reads nor writes anything. */
const OF_THE_CONNECTION = new Set([
  "auth",
  "client",
  "hello",
  "info",
  "ping",
  "quit",
  "select",
  "subscribe",
  "unsubscribe",
]);

type Sent = Parameters<ColyseusRedis["sendCommand"]>;

/** What a failed sign of life says of its connection: one that hangs is ended, and connects anew. */
export function endIfHanging(connection: ColyseusRedis, error: unknown, health: RedisHealth): void {
  const away = health.failed(error, "a sign of life") === "away";
  if (away && connection.status === "ready") connection.disconnect(true);
}

export function superviseConnection(
  connection: ColyseusRedis,
  name: string,
  { health, clock }: { readonly health: RedisHealth; readonly clock: Clock },
): void {
  boundCommands(connection, { health, clock });
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

/**
 * Fails a command that gets no answer in its time. The library's own limit does not tell a Redis that
 * hangs from a process that stood still, with the answer unread.
 */
function boundCommands(
  connection: ColyseusRedis,
  { health, clock }: { readonly health: RedisHealth; readonly clock: Clock },
): void {
  const send = connection.sendCommand.bind(connection);
  connection.sendCommand = (command: Sent[0], stream?: Sent[1]) => {
    if (!health.isOurs && !OF_THE_CONNECTION.has(command.name)) {
      command.reject(new RedisAwayError("Redis is not this house's"));
      return command.promise;
    }
    void within(command.promise, REDIS_ANSWERS_MS, clock).then((isAnswered) => {
      if (!isAnswered) command.reject(new Error("Command timed out"));
    });
    return send(command, stream);
  };
}
