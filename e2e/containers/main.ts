/**
 * Builds the images, starts the house of `docker/compose.prod.yaml` with three servers, and does to it
 * what its operators will: `npm run containers [-- ACT …]`. Needs a container engine and some minutes.
 *
 * Exit code 0 where everything held, 1 where not.
 */
import { ACTS } from "./acts.ts";
import { EngineError, requireEngine } from "./engine.ts";
import { Stack } from "./stack.ts";

const say = (line: string): void => console.log(line);

/** `images` and `opening` come before any other. */
const ALWAYS = ["images", "opening"];

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !ACTS.some((act) => act.name === name));
  if (unknown.length > 0) {
    const names = ACTS.map(({ name }) => name).join(", ");
    throw new EngineError(`There is no act ${unknown.join(", ")}; there is ${names}.`);
  }
  await requireEngine();
  await using stack = await Stack.prepare();
  for (const { name, play } of ACTS) {
    if (wanted.length > 0 && !ALWAYS.includes(name) && !wanted.includes(name)) continue;
    const startedAt = performance.now();
    const faults = await play({ stack, say: (line) => say(`  ${line}`) });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    say(`${faults.length === 0 ? "ok    " : "BROKEN"} ${name} (${seconds} s)`);
    for (const fault of faults) say(`       - ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  }
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  // Where what failed could not be taken away either, that comes last.
  const errors = thrown instanceof SuppressedError ? [thrown.suppressed, thrown.error] : [thrown];
  const unexpected = errors.find((error) => !(error instanceof EngineError));
  if (unexpected !== undefined) throw unexpected;
  for (const { message } of errors) console.error(message);
  process.exitCode = 1;
}
