/**
 * A Postgres outside of any server, as a process for tests that end servers and databases badly.
 *
 * Takes a data folder, prints its address as a line of JSON when it runs, and then obeys lines on
 * its standard input. Once one is done, a line of JSON tells its number and the time:
 *
 * - `stop`: every connection ends at once, as after a crash (`-m immediate`);
 * - `start`: it recovers and takes connections, on the port it had before;
 * - `ask SELECT …`: the line of JSON has the `rows`.
 *
 * At the end of its input it stops the database and ends.
 */
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { startEmbedded } from "../db/embedded.ts";
import { findBinaries } from "../db/embeddedBinaries.ts";
import { choosePostgresUser } from "../db/embeddedUser.ts";
import { createLogger } from "../platform/log.ts";

const dataDir = process.argv[2] ?? "";
// Where root runs the tests, Postgres is another user, who must pass through.
await chmod(dataDir, 0o711);
const settings = { max_connections: "100", log_min_messages: "fatal" };
const postgres = await startEmbedded({ dataDir, log: createLogger("silent"), settings });
const { pgCtl } = await findBinaries();
const user = await choosePostgresUser({ dataDir, binaries: [pgCtl] });
const folder = join(dataDir, "postgres");
const control = (...args: string[]) => user.run(pgCtl, [...args, "-w", "-s", "-D", folder]);

/** A connection for each question: none of them is there while the database is stopped. */
async function ask(sql: string): Promise<{ readonly rows: readonly unknown[] }> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return { rows };
  } finally {
    await client.end();
  }
}

const commands: Readonly<Record<string, (rest: string) => Promise<object>>> = {
  stop: () => control("stop", "-m", "immediate").then(() => ({})),
  // It starts as it was started before, which `start` would have forgotten.
  start: () => control("restart", "-l", join(folder, "start.log")).then(() => ({})),
  ask,
};

const tell = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
tell({ url: postgres.url });
let done = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [name = "", ...rest] = line.split(" ");
  const command = commands[name];
  if (command === undefined) throw new Error(`there is no command "${line}"`);
  const answer = await command(rest.join(" "));
  done += 1;
  tell({ done, at: Date.now(), ...answer });
}
await postgres.stop();
