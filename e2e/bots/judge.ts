/** The end of a run: what its bots were told, held against the server's public records. */
import type { Retry } from "./api.ts";
import type { BotsOptions } from "./options.ts";
import { mergeSightings, verifyOutcomes } from "./outcomes.ts";
import type { Report } from "./report.ts";
import { buildReport } from "./report.ts";
import type { WorkerResult } from "./results.ts";

/** Reads and proves the rounds of a run, and puts its report together. */
export async function judge(
  options: BotsOptions,
  results: readonly WorkerResult[],
  retry: Retry,
): Promise<Report> {
  const sightings = mergeSightings(results.map((result) => result.sightings));
  const players = results.flatMap((result) => result.players);
  const verification = await verifyOutcomes(options.url, { sightings, players }, retry);
  return buildReport({ options, results, sightings, verification });
}
