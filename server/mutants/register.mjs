/**
 * Loads a program with mistakes in it: `MUTANT=name node --import ./server/mutants/register.mjs …`.
 * Several names are separated by commas.
 */
import { registerHooks } from "node:module";
import process from "node:process";
import { addressOf, mutated, readMutants } from "./mutants.mjs";

const known = new Map((await readMutants()).map((mutant) => [mutant.name, mutant]));
const chosen = (process.env.MUTANT ?? "").split(",").filter((name) => name !== "");

/** @type {Map<string, string>} The text of each file that is not as it was. */
const sources = new Map();
for (const name of chosen) {
  const mutant = known.get(name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  const address = addressOf(mutant);
  sources.set(address, mutated(mutant, sources.get(address)));
}

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    const source = sources.get(url);
    return source === undefined ? loaded : { ...loaded, source };
  },
});
