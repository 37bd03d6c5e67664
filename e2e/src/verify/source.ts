/** Where records come from: a server's public interface, or a file. */
import { readFileSync } from "node:fs";
import { HASH_PATTERN } from "@croupier/shared/core/fairness";
import type { Anchors, Entry } from "./checks.ts";

/** Something that cannot be read; one line for people. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

export type VerifySource =
  | { readonly from: "file"; readonly file: string }
  | {
      readonly from: "server";
      readonly url: string;
      readonly table: string;
      readonly first: number;
      readonly last: number;
    };

export interface Source {
  readonly entries: readonly Entry[];
  readonly anchors: Anchors;
}

const REQUEST_MS = 30_000;

/** A record, or a list of them. */
export function readFromFile({ file }: { readonly file: string }): Source {
  const records = [parsed(file, readText(file))].flat();
  const entries = records.map((record, index) => {
    const round = (record as { round?: unknown } | null)?.round;
    return { name: `round ${typeof round === "number" ? round : `(entry ${index + 1})`}`, record };
  });
  return { entries, anchors: new Map() };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new SourceError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SourceError(`${file} is not JSON: ${messageOf(error)}`);
  }
}

/** The records of a range of rounds; every one of them must be there and finished. */
export async function readFromServer(
  source: Extract<VerifySource, { from: "server" }>,
): Promise<Source> {
  const { url, table: tableId, first, last } = source;
  const path = encodeURIComponent(tableId);
  const table = await get(url, `/api/tables/${path}`);
  if (table.status === 404) throw new SourceError(`${url} has no table ${tableId}`);
  if (table.status !== 200) throw new SourceError(`${url} answers ${table.status} for ${tableId}`);
  const entries: Entry[] = [];
  for (let round = first; round <= last; round += 1) {
    const { status, body } = await get(url, `/api/rounds/${path}/${round}`);
    if (status === 404) throw new SourceError(`table ${tableId} has had no round ${round} yet`);
    if (status !== 200) throw new SourceError(`${url} answers ${status} for round ${round}`);
    entries.push({ name: `round ${round}`, expected: { tableId, round }, record: body });
  }
  return { entries, anchors: anchorsOf(table.body) };
}

async function get(url: string, path: string): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url + path, { signal: AbortSignal.timeout(REQUEST_MS) });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    throw new SourceError(`${url} does not answer as a table server does: ${messageOf(error)}`);
  }
}

/** The published beginnings of the table's seed chains. */
function anchorsOf(table: unknown): Anchors {
  const { chains } = (table ?? {}) as {
    chains?: readonly { firstRound: number; anchor: string }[];
  };
  const anchors = new Map<number, string>();
  for (const { firstRound, anchor } of chains ?? []) {
    if (HASH_PATTERN.test(anchor)) anchors.set(firstRound, anchor);
  }
  return anchors;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
