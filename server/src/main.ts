/** The server's process: environment -> configuration -> context -> open -> signals. */
import { readConfig } from "./config/config.ts";
import { readSecrets } from "./config/secrets.ts";
import { openHouse } from "./context.ts";
import { stopMs } from "./openTables.ts";
import { isForOperator } from "./operatorError.ts";
import { systemClock } from "./platform/clock.ts";
import { createLogger } from "./platform/log.ts";
import { endOnBugs, stopOnSignals } from "./platform/signals.ts";

try {
  const config = readConfig(process.env);
  const secrets = readSecrets(process.env, config.dataDir);
  const log = createLogger(config.logLevel);
  endOnBugs(log);
  const clock = systemClock;
  const opening = openHouse({ config, secrets, log, clock });
  const stopping = stopOnSignals(opening, { mostMs: stopMs(config.tables), clock, log });
  const { port } = await opening;
  if (!stopping()) console.log(`Croupier is open: http://localhost:${port}`);
} catch (error) {
  // What can be put right by whoever starts the server is told in one line.
  console.error(isForOperator(error) ? error.message : error);
  process.exit(1);
}
