/** The log: JSON lines on standard output, one a thing that happened. Never a secret, never a seed. */
import type { Logger } from "pino";
import { pino, stdTimeFunctions } from "pino";

export type { Logger };

/** `level`: one of pino's, or `silent`. */
export function createLogger(level: string): Logger {
  return pino({ level, base: { pid: process.pid }, timestamp: stdTimeFunctions.isoTime });
}

/** What Colyseus asks of a log. */
export interface ColyseusLog {
  debug(...said: unknown[]): void;
  error(...said: unknown[]): void;
  info(...said: unknown[]): void;
  trace(...said: unknown[]): void;
  warn(...said: unknown[]): void;
}

/**
 * Colyseus' lines in our log. What it calls an error is mostly somebody's wrong password or a socket
 * that went: a warning here, so that our own errors stay the ones that mean something is broken.
 */
export function colyseusLog(log: Logger): ColyseusLog {
  const child = log.child({ part: "colyseus" });
  return {
    debug: (...said) => child.debug(line(said)),
    error: (...said) => child.warn(line(said)),
    info: (...said) => child.debug(line(said)),
    trace: (...said) => child.trace(line(said)),
    warn: (...said) => child.warn(line(said)),
  };
}

function line(said: readonly unknown[]): string {
  return said.map((part) => (part instanceof Error ? part.message : String(part))).join(" ");
}
