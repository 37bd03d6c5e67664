/** `npm run sim`: the simulator as a command; see `world.ts` for what it simulates. */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { readMutants } from "../mutants/mutants.mjs";
import { MUTANT_ROUNDS, runMutant } from "./mutantRuns.ts";
import type { Simulation } from "./run.ts";
import { runSeed, simulate, unseen } from "./run.ts";

const USAGE = `npm run sim [-- --seed N] [--rounds N] [--mutants] [--only NAME] [--json FILE]

  --rounds N    plays seeds from 1 (or --seed) on until N rounds were played; default 20,000
  --seed N      without --rounds: replays this one seed exactly, and prints the digest of its run
  --mutants     shows that the simulator catches mistakes: runs it on code with each of them
  --only NAME   of the mistakes this one; may be repeated
  --json FILE   writes the counts and what was found

Exits 0 where all is as it must be, 1 with the seed and what is wrong with it, 2 for flags that
cannot be used.`;

const DEFAULT_ROUNDS = 20_000;
/** Of twenty mistakes, how many may pass. */
const MOST_MISSED = 1 / 20;
/** What ends the simulator in any other way has not been recognised as a mistake. */
const WORDS = { auditor: "caught", assertion: "caught", error: "not recognised" } as const;

const values = flags();

function flags() {
  try {
    return parseArgs({
      options: {
        seed: { type: "string" },
        rounds: { type: "string" },
        mutants: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

/** Of flags that cannot be used. */
function refuse(what: string): never {
  console.error(`${what}\n\n${USAGE}`);
  process.exit(2);
}

async function main(): Promise<boolean> {
  if (values.help) {
    console.log(USAGE);
    return true;
  }
  if (values.mutants) return catchMutants(numberOf("rounds", MUTANT_ROUNDS));
  if (values.seed !== undefined && values.rounds === undefined) return replay(numberOf("seed", 1));
  return play(numberOf("seed", 1), numberOf("rounds", DEFAULT_ROUNDS));
}

async function replay(seed: number): Promise<boolean> {
  const { rounds, digest, counts, finding } = await runSeed(seed);
  report({ seeds: 1, rounds, counts, finding });
  if (finding === null) console.log(`digest ${digest}`);
  return finding === null;
}

async function play(firstSeed: number, rounds: number): Promise<boolean> {
  const start = performance.now();
  const simulation = await simulate(firstSeed, rounds);
  const perSecond = simulation.rounds / ((performance.now() - start) / 1_000);
  report(simulation);
  console.log(`${Math.round(perSecond)} rounds a second`);
  if (simulation.finding !== null) return false;
  const missing = unseen(simulation);
  for (const name of missing) console.log(`never seen: ${name}`);
  return missing.length === 0;
}

function report({ seeds, rounds, counts, finding }: Simulation): void {
  for (const [name, count] of counts.entries())
    console.log(`${String(count).padStart(9)}  ${name}`);
  console.log(`${rounds} rounds of ${seeds} seeds`);
  if (finding !== null) {
    console.log(`\n${finding.tail.join("\n")}\n`);
    console.log(`seed ${finding.seed}, by ${finding.by}: ${finding.complaint}`);
    console.log(`\nnpm run sim -- --seed ${finding.seed} replays it`);
  }
  if (values.json === undefined) return;
  const told = { seeds, rounds, finding, counts: Object.fromEntries(counts.entries()) };
  writeFileSync(values.json, `${JSON.stringify(told, null, 2)}\n`);
}

async function catchMutants(rounds: number): Promise<boolean> {
  const mutants = await chosenMutants();
  const rest = mutants.values();
  const caughtBy = { auditor: 0, assertion: 0, error: 0 };
  const lane = async () => {
    for (const { name, why } of rest) {
      const { by, complaint } = await runMutant(name, rounds);
      if (by !== null) caughtBy[by] += 1;
      const word = by === null ? "MISSED" : WORDS[by];
      console.log(`${word}  ${name}: ${why}\n        ${complaint}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  const { auditor, assertion, error } = caughtBy;
  const caught = auditor + assertion;
  console.log(`by the auditor ${auditor}, by an assertion ${assertion}, not recognised ${error}`);
  console.log(`${caught} of ${mutants.length} caught`);
  return mutants.length - caught <= mutants.length * MOST_MISSED;
}

async function chosenMutants() {
  const all = await readMutants("simulator");
  const { only } = values;
  for (const name of only) {
    const known = all.some((mutant) => mutant.name === name);
    if (!known) refuse(`--only takes the name of a mistake, not "${name}"`);
  }
  return all.filter(({ name }) => only.length === 0 || only.includes(name));
}

function numberOf(name: "seed" | "rounds", otherwise: number): number {
  const text = values[name];
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  return refuse(`--${name} takes a whole number from 1 on, not "${text}"`);
}

process.exitCode = (await main()) ? 0 : 1;
