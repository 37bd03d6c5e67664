/**
 * Looks the database over, brings its tables up to date and ends. It runs with the address of the
 * tables' owner before the servers start, so that those need not know it.
 */
import { readConfig } from "../../server/src/config/config.ts";
import { readSecrets } from "../../server/src/config/secrets.ts";
import { openDatabase } from "../../server/src/database.ts";
import { isForOperator } from "../../server/src/operatorError.ts";
import { systemClock } from "../../server/src/platform/clock.ts";
import { Closers } from "../../server/src/platform/closers.ts";
import { createLogger } from "../../server/src/platform/log.ts";

try {
  const config = readConfig(process.env);
  const secrets = readSecrets(process.env, config.dataDir);
  const log = createLogger(config.logLevel);
  const closers = new Closers(systemClock, log);
  try {
    await openDatabase({ config, secrets, log, clock: systemClock }, closers);
  } finally {
    await closers.close();
  }
} catch (error) {
  // What can be put right by an operator is told in one line; anything else is a bug, and shows itself.
  if (!isForOperator(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
