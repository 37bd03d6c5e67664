/**
 * A process that owns an embedded Postgres, for tests that end it badly.
 *
 * Prints a line of JSON when the database runs; at SIGINT it stays, asks the database something and
 * prints the answer, as a server does that still drains.
 */
import pg from "pg";
import { startEmbedded } from "../db/embedded.ts";
import { createLogger } from "../platform/log.ts";

const dataDir = process.argv[2] ?? "";
const { url, adopted } = await startEmbedded({ dataDir, log: createLogger("silent") });
const client = new pg.Client(url);
await client.connect();
process.on("SIGINT", async () => {
  const { rows } = await client.query("SELECT 42 AS answer");
  process.stdout.write(`${JSON.stringify(rows[0])}\n`);
});
process.stdout.write(`${JSON.stringify({ url, adopted })}\n`);
