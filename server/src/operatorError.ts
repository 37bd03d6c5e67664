/** Errors that whoever starts the server can put right; their messages are one line. */
import { RedisLoginError, RedisUnfitError } from "./cluster/redisHealth.ts";
import { ConfigError } from "./config/configError.ts";
import { DatabaseUnreachableError } from "./db/connect.ts";
import { EmbeddedPostgresError } from "./db/embeddedUser.ts";
import { SchemaError } from "./db/migrate.ts";
import { PreflightError } from "./preflight.ts";
import { SeedKeyError } from "./rounds/seedVault.ts";

const FOR_OPERATOR = [
  ConfigError,
  DatabaseUnreachableError,
  EmbeddedPostgresError,
  PreflightError,
  RedisLoginError,
  RedisUnfitError,
  SchemaError,
  SeedKeyError,
];

export function isForOperator(error: unknown): error is Error {
  return FOR_OPERATOR.some((kind) => error instanceof kind);
}
