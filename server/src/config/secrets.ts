/**
 * The secrets, apart from the rest of the configuration, so that the rest can be logged.
 *
 * With `NODE_ENV=production` they come from the environment and nowhere else. Otherwise what the
 * environment does not give is made once and kept in the data folder, readable by its owner alone: once
 * the database is found to be one to start on, for a wrong key that was kept would stay wrong.
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { writeDurably } from "../platform/durableFile.ts";
import { ConfigError } from "./configError.ts";
import type { Environment, Variable } from "./environment.ts";
import { read } from "./environment.ts";

export interface Secrets {
  /** Signs players' and admins' tokens. */
  readonly jwtSecret: string;
  /** 32 bytes; encrypts the unrevealed seeds at rest. */
  readonly seedKey: Buffer;
  readonly adminPassword: string;
  /**
   * Writes to the data folder what was made for this start, where something was. Throws
   * {@link ConfigError} where it cannot, or where another start was faster.
   */
  readonly keep?: () => void;
}

/** The secrets' texts, and what keeps those that are new. */
interface Texts {
  readonly texts: Readonly<Record<SecretName, string>>;
  readonly keep?: () => void;
}

const FILE = "secrets.json";

const NAMES = ["JWT_SECRET", "SEED_KEY", "ADMIN_PASSWORD"] as const;
type SecretName = (typeof NAMES)[number];

const LEAST_LENGTH: Readonly<Record<SecretName, number>> = {
  JWT_SECRET: 16,
  SEED_KEY: 16,
  ADMIN_PASSWORD: 8,
};

const MAKERS: Readonly<Record<SecretName, () => string>> = {
  JWT_SECRET: () => randomBytes(48).toString("base64url"),
  SEED_KEY: () => randomBytes(32).toString("hex"),
  ADMIN_PASSWORD: () => randomBytes(15).toString("base64url"),
};

const stored = z.partialRecord(z.enum(NAMES), z.string());

/**
 * Writes nothing: see {@link Secrets.keep}. Throws {@link ConfigError} where a secret is needed and
 * missing, or cannot be used.
 */
export function readSecrets(environment: Environment, dataDir: string): Secrets {
  const given = Object.fromEntries(
    NAMES.map((name) => [name, read(environment, variable(name), undefined)]),
  ) as Record<SecretName, string | undefined>;
  const production = environment["NODE_ENV"] === "production";
  const { texts, keep }: Texts = production
    ? { texts: required(given) }
    : completed(given, dataDir);
  return {
    jwtSecret: texts.JWT_SECRET,
    seedKey: keyOf(texts.SEED_KEY),
    adminPassword: texts.ADMIN_PASSWORD,
    ...(keep === undefined ? {} : { keep }),
  };
}

/**
 * The same for all processes that have the same token secret and password, and another one otherwise.
 * Without the token secret it says nothing of either.
 */
export function markOf({
  jwtSecret,
  adminPassword,
}: Pick<Secrets, "jwtSecret" | "adminPassword">): string {
  return createHmac("sha256", jwtSecret)
    .update(`croupier processes of one house|${adminPassword}`)
    .digest("base64url");
}

function variable(name: SecretName): Variable<string> {
  const least = LEAST_LENGTH[name];
  return {
    name,
    takes: `at least ${least} characters`,
    schema: z.string().min(least),
    secret: true,
  };
}

function required(given: Record<SecretName, string | undefined>): Record<SecretName, string> {
  for (const name of NAMES) {
    if (given[name] !== undefined) continue;
    throw new ConfigError(
      `${name} is not set, but with NODE_ENV=production it takes at least ${LEAST_LENGTH[name]} characters.`,
    );
  }
  return given as Record<SecretName, string>;
}

function completed(given: Record<SecretName, string | undefined>, dataDir: string): Texts {
  if (NAMES.every((name) => given[name] !== undefined)) {
    return { texts: given as Record<SecretName, string> };
  }
  const path = join(dataDir, FILE);
  return orExplained(path, () => {
    const before = readIfThere(path);
    const kept = stored.parse(JSON.parse(before ?? "{}"));
    const missing = NAMES.filter((name) => kept[name] === undefined && given[name] === undefined);
    for (const name of missing) kept[name] = MAKERS[name]();
    const texts = Object.fromEntries(
      NAMES.map((name) => [name, given[name] ?? kept[name] ?? ""]),
    ) as Record<SecretName, string>;
    if (missing.length === 0) return { texts };
    accessSync(nearestThere(dataDir), constants.W_OK);
    return { texts, keep: () => keepWhere(before, path, kept) };
  });
}

function orExplained<Answer>(path: string, work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ConfigError(`DATA_DIR takes a folder that can be written to; ${path}: ${why}`);
  }
}

/** The folder itself, or the one in which it is to be made. */
function nearestThere(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestThere(dirname(folder));
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

type Stored = Partial<Record<SecretName, string>>;

/** Keeps `secrets` where there is still what was read. */
function keepWhere(before: string | null, path: string, secrets: Stored): void {
  if (orExplained(path, () => readIfThere(path)) !== before) {
    throw new ConfigError(
      `DATA_DIR: ${path} was written meanwhile, by another server perhaps. Start again with the secrets that it has.`,
    );
  }
  // Without it nobody has the key of any seed that the database keeps from now on.
  orExplained(path, () => writeDurably(path, `${JSON.stringify(secrets, null, 2)}\n`));
}

/** 64 hex digits are the key itself; any other text is hashed into one. */
function keyOf(text: string): Buffer {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, "hex");
  return createHash("sha256").update(text).digest();
}
