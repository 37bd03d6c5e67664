import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below those that the system gives to connections (from 32768 on Linux, 49152 elsewhere): one of these
 * would be somebody's by the time that it is listened on.
 */
const PORTS = { from: 20_000, to: 32_768 };
const TRIES = 100;

/** A TCP port of 127.0.0.1 that nobody listens on right now, nor gets by chance. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port was found from ${PORTS.from} to ${PORTS.to}`);
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
    else reject(error);
  });
  server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  return promise;
}
