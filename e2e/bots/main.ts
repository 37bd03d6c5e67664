/**
 * Load test: many bots play at a server's tables through the public protocol, and afterwards hold
 * everything they were told against the server's public books.
 *
 * Exit code 0 where every invariant and every given objective held, 1 where not, 2 for flags that
 * cannot be used.
 */
import { writeFileSync } from "node:fs";
import { UsageError } from "../command/flags.ts";
import { getJson } from "./api.ts";
import type { Fleet } from "./fleet.ts";
import { startFleet } from "./fleet.ts";
import { pageOf } from "./html.ts";
import { judge } from "./judge.ts";
import { botFetch, canSpread } from "./network.ts";
import type { BotsOptions } from "./options.ts";
import { readOptions, USAGE } from "./options.ts";
import type { Report } from "./report.ts";
import { GRACE_MS } from "./results.ts";
import { summaryOf } from "./summary.ts";

const SHOW_PROGRESS_MS = 5000;
/** From starting the threads to the first bot, so that all begin together. */
const BEGIN_AFTER_MS = 500;

/** A failure that one line explains. */
class RunError extends Error {
  override readonly name = "RunError";
}

async function play(options: BotsOptions): Promise<Report> {
  const tables = await tablesToPlay(options);
  const spread = await canSpread(options.url);
  const beginsAt = Date.now() + BEGIN_AFTER_MS;
  console.log(
    `${options.players} bots play for ${options.durationMs / 1000} s at ${tables.join(", ")} ` +
      `of ${options.url} (seed ${options.seed}, ${options.workers} threads).`,
  );
  const fleet = startFleet({ options, tables, spread, beginsAt });
  return await judge(options, await watched(fleet), { until: Date.now() + GRACE_MS });
}

/** The tables that were named, or all; every one must be there. */
async function tablesToPlay({ url, tables }: BotsOptions): Promise<readonly string[]> {
  try {
    await botFetch(`${url}/health`);
  } catch {
    throw new RunError(
      `Nothing answers at ${url}: run "npm start" first, or name a server with --url.`,
    );
  }
  const { tables: open } = (await getJson(`${url}/api/tables`, { until: Date.now() + 5000 })) as {
    readonly tables: readonly { readonly tableId: string }[];
  };
  const ids = open.map(({ tableId }) => tableId);
  const unknown = tables.filter((id) => !ids.includes(id));
  if (unknown.length > 0) {
    throw new RunError(`There is no table ${unknown.join(", ")}; there is ${ids.join(", ")}.`);
  }
  return tables.length > 0 ? tables : ids;
}

/** The fleet's results; meanwhile a line now and then, and Ctrl-C ends the playing early. */
async function watched(fleet: Fleet): Promise<Awaited<Fleet["results"]>> {
  const progress = setInterval(() => {
    const { connected, accepted } = fleet.progress();
    console.error(`  ${connected} seated, ${accepted} operations accepted`);
  }, SHOW_PROGRESS_MS);
  const interrupted = (): void => {
    console.error("Stopping: the bots wait for their last round. Again to leave at once.");
    fleet.stop();
  };
  process.once("SIGINT", interrupted);
  try {
    return await fleet.results;
  } finally {
    clearInterval(progress);
    process.removeListener("SIGINT", interrupted);
  }
}

function publish(report: Report, { json, html, url }: BotsOptions): void {
  console.log(summaryOf(report));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (html !== undefined) {
    writeFileSync(html, pageOf(report, `${report.players} bots at ${url}`));
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
  } else {
    const report = await play(options);
    publish(report, options);
    process.exitCode = report.ok ? 0 : 1;
  }
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (error instanceof RunError) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
