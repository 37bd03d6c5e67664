import { readFile } from "node:fs/promises";
import { HASH_PATTERN } from "@croupier/shared/core/fairness";
import { z } from "zod";
import type { Since } from "./audit.ts";

/** The file is not what an audit has written; the message is one line. */
export class SinceError extends Error {
  override readonly name = "SinceError";
}

const HASH = z.string().regex(HASH_PATTERN);

const AUDITED = z.object({
  heads: z.record(
    z.string(),
    z.object({
      blocks: z.int().positive(),
      transfers: z.int().positive(),
      hash: HASH,
    }),
  ),
  // Audits of before there were chains of rounds tell of none.
  rounds: z.record(z.string(), z.object({ round: z.int().positive(), hash: HASH })).default({}),
});

/** Where the books stood, in what an earlier audit printed with --json. */
export async function readSince(path: string): Promise<Since> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) throw new SinceError(`--since: there is no file ${path} that can be read.`);
  const found = AUDITED.safeParse(parsed(text));
  if (found.success) return found.data;
  throw new SinceError(`--since: ${path} is not what an audit prints with --json.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Undefined fits no shape.
    return undefined;
  }
}
