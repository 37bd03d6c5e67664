/**
 * Plausible mistakes, as data: a mutant replaces one exact piece of one source file.
 *
 * A suite that guards against crashes or lost chips is worth what it catches, so each suite is run
 * now and then on code that is wrong on purpose. The lists lie in `lists/`, one for each suite; a long
 * one is in several files: `simulator.mjs`, `simulator.telling.mjs`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Mutant
 * @property {string} name as in the variable `MUTANT`; unique over all lists
 * @property {string} file from the repository's root
 * @property {string} find occurs exactly once in the file
 * @property {string} replace
 * @property {string} why what kind of mistake it is
 */

const repository = new URL("../../", import.meta.url);
const lists = new URL("lists/", import.meta.url);

/**
 * All mutants of all lists, or of one.
 *
 * @param {string} [list] what the names of its files begin with, up to the first dot
 * @returns {Promise<Mutant[]>}
 */
export async function readMutants(list) {
  const files = readdirSync(lists).filter((file) => file.endsWith(".mjs"));
  const wanted = list === undefined ? files : files.filter((file) => file.startsWith(`${list}.`));
  const modules = await Promise.all(wanted.sort().map((file) => import(new URL(file, lists).href)));
  return modules.flatMap((module) => module.mutants);
}

/**
 * The address of the mutant's file, as the module loader names it.
 *
 * @param {Mutant} mutant
 */
export function addressOf({ file }) {
  return new URL(file, repository).href;
}

/**
 * The file's text with the mistake in it. Throws where the text has changed so much that the mutant
 * does not fit any more.
 *
 * @param {Mutant} mutant
 * @param {string} [source] where the file was changed by another mutant already
 */
export function mutated(mutant, source) {
  const text = source ?? readFileSync(fileURLToPath(addressOf(mutant)), "utf8");
  const parts = text.split(mutant.find);
  if (parts.length !== 2) {
    const times = parts.length - 1;
    throw new Error(
      `mutant ${mutant.name}: ${mutant.file} has ${times} places of ${JSON.stringify(mutant.find)}, not one`,
    );
  }
  return parts.join(mutant.replace);
}
