/**
 * A process that uses an embedded Postgres, for tests: `node embeddedOwner.ts FOLDER [visiting]`.
 *
 * Prints a line of JSON when the database runs, or when it is refused; at SIGINT it stays, asks the
 * database something and prints the answer, as a server does that still drains; at SIGTERM it stops.
 */
import pg from "pg";
import { startEmbedded } from "../db/embedded.ts";
import { createLogger } from "../platform/log.ts";

const [dataDir = "", how] = process.argv.slice(2);
const tell = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const log = createLogger("silent");
const postgres = await startEmbedded({ dataDir, log, visiting: how === "visiting" }).catch(
  (error: Error): never => {
    tell({ refused: error.message });
    process.exit(1);
  },
);
const client = new pg.Client(postgres.url);
client.on("error", () => undefined);
await client.connect();
process.on("SIGINT", async () => {
  const { rows } = await client.query("SELECT 42 AS answer");
  tell(rows[0]);
});
process.on("SIGTERM", async () => {
  await client.end();
  await postgres.stop();
  process.exit(0);
});
// It stays also where its database does not.
setInterval(() => undefined, 60_000);
tell({ url: postgres.url, adopted: postgres.adopted });
