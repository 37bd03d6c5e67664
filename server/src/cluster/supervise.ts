/**
 * Holds what is asked over a connection to its time, and tells its ups and downs to the health, and nobody
 * else: not a line for each try.
 */
import type { RedisPresence } from "@colyseus/redis-presence";
import type { Clock } from "../platform/clock.ts";
import { within } from "../platform/within.ts";
import { REDIS_ANSWERS_MS } from "./redisAddress.ts";
import type { RedisHealth } from "./redisHealth.ts";

/** A client of the library that Colyseus uses. */
export type ColyseusRedis = RedisPresence["pub"];

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
  boundCommands(connection, clock);
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
function boundCommands(connection: ColyseusRedis, clock: Clock): void {
  const send = connection.sendCommand.bind(connection);
  connection.sendCommand = (command: Sent[0], stream?: Sent[1]) => {
    void within(command.promise, REDIS_ANSWERS_MS, clock).then((isAnswered) => {
      if (!isAnswered) command.reject(new Error("Command timed out"));
    });
    return send(command, stream);
  };
}
