/** The server's process: environment -> configuration -> context -> open -> signals. */
import { readConfig } from "./config/config.ts";
import { readSecrets } from "./config/secrets.ts";
import { openHouse } from "./context.ts";
import { isForOperator } from "./operatorError.ts";
import { systemClock } from "./platform/clock.ts";
import { createLogger } from "./platform/log.ts";

/** What can be put right by whoever starts the server is told in one line. */
function giveUp(error: unknown): never {
  console.error(isForOperator(error) ? error.message : error);
  process.exit(1);
}

try {
  const config = readConfig(process.env);
  const secrets = readSecrets(process.env, config.dataDir);
  const log = createLogger(config.logLevel);
  const broken = (error: unknown) => {
    // Nothing in memory is believed any more; the next start goes on from the database.
    log.fatal({ err: error }, "a bug outside of any table; ending the process");
    process.exit(1);
  };
  process.on("uncaughtException", broken);
  process.on("unhandledRejection", broken);
  const house = await openHouse({ config, secrets, log, clock: systemClock });
  console.log(`Croupier is open: http://localhost:${house.port}`);
  const stop = (signal: NodeJS.Signals) => {
    for (const again of ["SIGINT", "SIGTERM"] as const) {
      process.removeAllListeners(again).once(again, () => process.exit(130));
    }
    log.info({ signal }, "closing");
    void house.stop().then(() => process.exit(0));
  };
  process.once("SIGINT", stop).once("SIGTERM", stop).once("SIGHUP", stop);
} catch (error) {
  giveUp(error);
}
