/** What the command lines here have in common. */
import type { ParseArgsConfig } from "node:util";
import { parseArgs } from "node:util";

/** A flag that cannot be used; the message is one line for people. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The flags as they were given; throws {@link UsageError} for one that there is not. */
export function flagsIn<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split(". ")[0] : String(error));
  }
}

/** A whole number within `range`, both ends included; throws {@link UsageError} for anything else. */
export function wholeNumber(
  flag: string,
  value: string,
  [least, most]: readonly [number, number],
): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${flag} takes a whole number, ${least} to ${most}, not "${value}"`);
}
