/** `npm run audit`: proves the ledger, beside a running server or without one. See `audit.ts`. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Pool } from "pg";
import { readConfig } from "../config/config.ts";
import { ConfigError } from "../config/configError.ts";
import { connectOrExplain, DatabaseUnreachableError } from "../db/connect.ts";
import type { EmbeddedPostgres } from "../db/embedded.ts";
import { startEmbedded } from "../db/embedded.ts";
import { EmbeddedPostgresError } from "../db/embeddedUser.ts";
import { inOneLine } from "../db/errors.ts";
import { checkSchema, SchemaError } from "../db/migrate.ts";
import { checkPlanted } from "../db/planted.ts";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import type { Since } from "./audit.ts";
import { audit } from "./audit.ts";
import type { AuditLine } from "./checks.ts";
import { readSince, SinceError } from "./since.ts";

const USAGE = `npm run audit [-- --json] [-- --since FILE]

Proves the ledger in DATABASE_URL, or in the embedded Postgres of DATA_DIR.
  --json        prints one JSON text, with the heads of all chains: keep it elsewhere
  --since FILE  proves as well that nothing was rewritten of what such a JSON text has
Exits 0 where every invariant holds, 1 where one is broken or nothing can be audited.`;

const log = createLogger("silent");

class NothingToAuditError extends Error {
  override readonly name = "NothingToAuditError";
}

class UsageError extends Error {
  override readonly name = "UsageError";
}

async function main(): Promise<void> {
  const values = flags();
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const since = values.since === undefined ? undefined : await readSince(values.since);
  const { databaseUrl, dataDir } = readConfig(process.env);
  const embedded = databaseUrl === null ? await openEmbedded(dataDir) : null;
  const pool = createPool(databaseUrl ?? embedded?.url ?? "", log, { most: 2, statementMs: 0 });
  let sound = false;
  try {
    await connectOrExplain(pool);
    await checkPlanted(pool);
    await checkSchema(pool);
    sound = await report(pool, values.json, since);
  } finally {
    await pool.end();
    // As it was: a Postgres that a server uses goes on.
    await embedded?.stop();
  }
  process.exitCode = sound ? 0 : 1;
}

function flags() {
  try {
    return parseArgs({
      options: {
        json: { type: "boolean", default: false },
        since: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${inOneLine(error)}\n\n${USAGE}`);
  }
}

/** Starts or adopts the embedded Postgres; a folder without one has nothing to audit. */
async function openEmbedded(dataDir: string): Promise<EmbeddedPostgres> {
  await access(join(dataDir, "postgres")).catch(() => {
    throw new NothingToAuditError(
      `DATA_DIR: there is no database in ${dataDir}; it takes the folder of a server that has run, or set DATABASE_URL.`,
    );
  });
  return startEmbedded({ dataDir, log, visiting: true });
}

async function report(pool: Pool, json: boolean, since: Since | undefined): Promise<boolean> {
  const checks: AuditLine[] = [];
  const tell = (line: AuditLine) => {
    checks.push(line);
    if (!json) print(line);
  };
  const { sound, heads, rounds } = await audit(pool, { tell, ...(since && { since }) });
  if (json) console.log(JSON.stringify({ sound, checks, heads, rounds }, null, 2));
  else console.log(sound ? "The ledger is sound." : "The ledger is NOT sound.");
  return sound;
}

function print({ check, counted, ok, faults }: AuditLine): void {
  console.log(`${ok ? "ok    " : "BROKEN"} ${check} (${counted})`);
  for (const fault of faults) console.log(`       - ${fault}`);
}

/** What can be told in words, with nothing for a developer to look at. */
const EXPLAINED = [
  ConfigError,
  DatabaseUnreachableError,
  EmbeddedPostgresError,
  NothingToAuditError,
  SchemaError,
  SinceError,
  UsageError,
];

try {
  await main();
} catch (error) {
  const explained = EXPLAINED.some((kind) => error instanceof kind);
  if (!explained || !(error instanceof Error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
