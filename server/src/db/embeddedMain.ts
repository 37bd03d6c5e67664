/**
 * The embedded Postgres by itself, for several servers on one machine: `node embeddedMain.ts FOLDER [PORT]`.
 *
 * Prints its address as a line of JSON once it runs, and stops it at the end of the standard input.
 * Its folder is kept: what runs on it next finds everything where it was. Where Postgres ends by itself
 * this ends too, with 1: whoever started it sees that, and starts it again at the port that it had.
 */
import { ConfigError } from "../config/configError.ts";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/log.ts";
import { startEmbedded } from "./embedded.ts";
import { EmbeddedPostgresError } from "./embeddedUser.ts";

/** For some dozen servers with a pool each. */
const SETTINGS = { max_connections: "200" };

const [dataDir = "", port] = process.argv.slice(2);
const postgres = await startEmbedded({
  dataDir,
  log: createLogger("warn"),
  settings: SETTINGS,
  ...(port === undefined ? {} : { port: Number(port) }),
  clock: systemClock,
  ended: () => process.exit(1),
}).catch((error: unknown): never => {
  if (!(error instanceof EmbeddedPostgresError || error instanceof ConfigError)) throw error;
  // For whoever has to put it right: one line.
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
process.stdout.write(`${JSON.stringify({ url: postgres.url })}\n`);
// A Ctrl-C at the terminal is for those who need the database: their end closes the input.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
process.stdin.resume().once("end", () => {
  void postgres.stop();
});
