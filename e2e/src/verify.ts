/**
 * Fairness verifier: derives finished rounds again from their public records, from a server or from
 * a file without any network.
 *
 * Exit code 0 where everything holds, 1 where something does not or cannot be read, 2 for flags that
 * cannot be used.
 */
import { parseArgs } from "node:util";
import type { RecordCheck } from "@croupier/shared/core/record";
import { isGenuine } from "@croupier/shared/core/record";
import { UsageError } from "../command/flags.ts";
import { chainChecks, checksOf } from "./verify/checks.ts";
import type { VerifySource } from "./verify/source.ts";
import { readFromFile, readFromServer, SourceError } from "./verify/source.ts";

const USAGE = `Usage: npm run verify -- --url URL --table ID (--round K | --rounds A..B)
       npm run verify -- --file record.json
  --url URL       the server (http://127.0.0.1:2567)
  --table ID      the table
  --round K       one round
  --rounds A..B   rounds A to B, and that each commits to the next
  --file FILE     a record, or a list of records of consecutive rounds; nothing is asked of a server`;

const MOST_ROUNDS = 100_000;

type Flags = { readonly [name in "url" | "table" | "round" | "rounds" | "file"]?: string };

function readFlags(args: string[]): Flags & { readonly help?: boolean } {
  const text = { type: "string" } as const;
  const help = { type: "boolean", short: "h" } as const;
  const options = { url: text, table: text, round: text, rounds: text, file: text, help };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split(". ")[0] : String(error));
  }
}

function sourceOf({ url, table, round, rounds, file }: Flags): VerifySource {
  if (file !== undefined) {
    if ((url ?? table ?? round ?? rounds) !== undefined) {
      throw new UsageError("--file goes alone: with it nothing is asked of a server");
    }
    return { from: "file", file };
  }
  if (table === undefined) throw new UsageError("--table or --file is missing");
  if ((round === undefined) === (rounds === undefined)) {
    throw new UsageError("one of --round and --rounds is needed");
  }
  const range = rounds === undefined ? roundNumber("--round", round ?? "") : roundRange(rounds);
  const base = URL.parse(url ?? "http://127.0.0.1:2567");
  if (base === null || !["http:", "https:"].includes(base.protocol)) {
    throw new UsageError(`--url takes an address such as http://127.0.0.1:2567, not "${url}"`);
  }
  return { from: "server", url: base.href.replace(/\/+$/, ""), table, ...range };
}

function roundNumber(flag: string, value: string): { first: number; last: number } {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (number < 1) throw new UsageError(`${flag} takes a whole number above zero, not "${value}"`);
  return { first: number, last: number };
}

function roundRange(value: string): { first: number; last: number } {
  const [from = "", to = "", ...more] = value.split("..");
  if (to === "" || more.length > 0) throw new UsageError(`--rounds takes 1..20, not "${value}"`);
  const { first } = roundNumber("--rounds", from);
  const { last } = roundNumber("--rounds", to);
  if (last < first) throw new UsageError(`--rounds goes upwards, not "${value}"`);
  if (last - first >= MOST_ROUNDS) {
    throw new UsageError(`--rounds takes at most ${MOST_ROUNDS} rounds at once`);
  }
  return { first, last };
}

function print(name: string, checks: readonly RecordCheck[]): void {
  for (const { check, field, ok, detail } of checks) {
    const verdict = ok ? "ok    " : "FAILED";
    console.log(`${verdict} ${name} ${check}${ok ? "" : ` (${field})`}: ${detail}`);
  }
}

async function verify(source: VerifySource): Promise<boolean> {
  const { entries, anchors } = await (source.from === "file"
    ? readFromFile(source)
    : readFromServer(source));
  let genuine = entries.length > 0;
  for (const [index, entry] of entries.entries()) {
    const before = index === 0 ? undefined : entries[index - 1];
    const checks = [...checksOf(entry), ...chainChecks(entry, { before, anchors })];
    print(entry.name, checks);
    genuine &&= isGenuine(checks);
  }
  const rounds = entries.length === 1 ? "The round is" : `All ${entries.length} rounds are`;
  console.log(genuine ? `${rounds} genuine.` : "Not genuine.");
  return genuine;
}

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help) console.log(USAGE);
  else process.exitCode = (await verify(sourceOf(flags))) ? 0 : 1;
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (error instanceof SourceError) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
