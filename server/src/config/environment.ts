/**
 * Reading single variables: each says what it takes, and says so again when it gets something else.
 *
 * A variable whose value must not be shown can be given by a file, as container engines hand secrets
 * over: `NAME_FILE` is the path of a file whose whole content is the value of `NAME`.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { ConfigError } from "./configError.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Variable<T> {
  readonly name: string;
  /** What the variable takes, for people: `a whole number from 0 to 65535`. */
  readonly takes: string;
  readonly schema: z.ZodType<T, string>;
  /** Its value must not be shown, and may be given by a file. */
  readonly secret?: boolean;
}

/** The variable's value; `fallback` where it is unset or empty. Throws {@link ConfigError}. */
export function read<T, F>(environment: Environment, variable: Variable<T>, fallback: F): T | F {
  const text =
    variable.secret === true ? secretText(environment, variable) : environment[variable.name];
  if (text === undefined || text === "") return fallback;
  const parsed = variable.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const shown = variable.secret === true ? "a value that cannot be used" : JSON.stringify(text);
  throw new ConfigError(`${variable.name} is ${shown}, but it takes ${variable.takes}.`);
}

function secretText(environment: Environment, { name, takes }: Variable<unknown>) {
  const path = environment[`${name}_FILE`];
  if (path === undefined || path === "") return environment[name];
  if (environment[name]) {
    throw new ConfigError(`${name} and ${name}_FILE are both set, but one of them is enough.`);
  }
  const text = contentOf(path);
  if (text === null || text === "") {
    const found = text === null ? "no file that can be read" : "an empty file";
    throw new ConfigError(
      `${name}_FILE is ${JSON.stringify(path)}, which is ${found}; it takes the path of a file with ${takes}.`,
    );
  }
  return text;
}

/** Without the line break at its end, which editors add; null where there is nothing to read. */
function contentOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch {
    return null;
  }
}

/** A whole number from `least` to `most`. */
export function wholeNumber(name: string, least: number, most: number): Variable<number> {
  return {
    name,
    takes: `a whole number from ${least} to ${most}`,
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(least).max(most)),
  };
}

/** One of `options`. */
export function oneOf<const T extends string>(name: string, options: readonly T[]): Variable<T> {
  return { name, takes: `one of ${options.join(", ")}`, schema: z.enum(options) };
}

/** A moment, in epoch milliseconds. */
export function time(name: string): Variable<number> {
  return {
    name,
    takes: "a time in UTC, such as 2026-01-31T12:00:00.000Z",
    schema: z.iso.datetime().transform((text) => Date.parse(text)),
  };
}

/** `true` or `false`. */
export function flag(name: string): Variable<boolean> {
  return { name, takes: "true or false", schema: z.stringbool() };
}

/** A URL of one of `protocols`; its value is not shown, because it may hold a password. */
export function url(name: string, protocols: readonly string[]): Variable<string> {
  return {
    name,
    takes: `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    schema: z.string().refine((text) => protocols.includes(protocolOf(text))),
    secret: true,
  };
}

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : "";
}
