/**
 * The health check of the server's container: its own process answers, whatever becomes of others. With
 * `/ready` it asks whether players may be sent to it, which takes a database; with names of checks after
 * that, whether those are well, too.
 */
import { request } from "node:http";
import { json } from "node:stream/consumers";

const PATIENCE_MS = 3_000;

const asking = request({
  host: "127.0.0.1",
  port: process.env["PORT"] || 2567,
  path: process.argv[2] ?? "/health",
  timeout: PATIENCE_MS,
});
const unwell = (why: string): never => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};
asking.on("timeout", () => unwell(`no answer in ${PATIENCE_MS} ms`));
asking.on("error", (error) => unwell(error.message));
asking.on("response", async (response) => {
  const { statusCode } = response;
  if (statusCode !== 200) unwell(`answered ${statusCode}`);
  const wanted = process.argv.slice(3);
  if (wanted.length > 0) {
    const { checks } = (await json(response)) as { checks: Readonly<Record<string, string>> };
    for (const name of wanted) if (checks[name] !== "ok") unwell(`${name} is ${checks[name]}`);
  }
  process.exit(0);
});
asking.end();
