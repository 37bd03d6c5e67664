import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { ConfigError } from "./configError.ts";
import { readSecrets } from "./secrets.ts";

const URL_OF_DATABASE = "postgres://house:hunter2@postgres/croupier";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-environment-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The path of a file with `content`. */
function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("a secret in a file", () => {
  it.each([
    ["as it is", URL_OF_DATABASE],
    ["with a line break at its end", `${URL_OF_DATABASE}\n`],
    ["with a line break of Windows", `${URL_OF_DATABASE}\r\n`],
  ])("is taken %s", (_how, content) => {
    const environment = { DATABASE_URL_FILE: file("url", content) };
    expect(readConfig(environment).databaseUrl).toBe(URL_OF_DATABASE);
  });

  it("can be any of them", () => {
    const environment = {
      NODE_ENV: "production",
      JWT_SECRET_FILE: file("jwt", "a long enough secret\n"),
      SEED_KEY_FILE: file("seed", `${"0f".repeat(32)}\n`),
      ADMIN_PASSWORD_FILE: file("admin", "let me in please\n"),
    };
    expect(readSecrets(environment, folder)).toEqual({
      jwtSecret: "a long enough secret",
      seedKey: Buffer.alloc(32, 0x0f),
      adminPassword: "let me in please",
    });
    const redis = "redis://house:hunter2@redis:6379";
    expect(readConfig({ REDIS_URL_FILE: file("redis", redis) }).redisUrl).toBe(redis);
  });

  it("is one of several ways, where the file's variable is empty", () => {
    const environment = { DATABASE_URL: URL_OF_DATABASE, DATABASE_URL_FILE: "" };
    expect(readConfig(environment).databaseUrl).toBe(URL_OF_DATABASE);
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      "is not there",
      () => ({ DATABASE_URL_FILE: join(folder, "nothing") }),
      /^DATABASE_URL_FILE is ".*nothing", which is no file that can be read; it takes .*postgres:/,
    ],
    [
      "is empty",
      () => ({ DATABASE_URL_FILE: file("empty", "\n") }),
      /^DATABASE_URL_FILE is ".*empty", which is an empty file/,
    ],
    [
      "is not the only one",
      () => ({ DATABASE_URL_FILE: file("one", URL_OF_DATABASE), DATABASE_URL: URL_OF_DATABASE }),
      /^DATABASE_URL and DATABASE_URL_FILE are both set/,
    ],
    [
      "holds what cannot be used",
      () => ({ DATABASE_URL_FILE: file("wrong", "mysql://house:hunter2@db/croupier") }),
      /^DATABASE_URL is a value that cannot be used/,
    ],
  ])("is refused in one line where it %s", (_what, environment, message) => {
    const attempt = () => readConfig(environment());
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(/hunter2|\n/);
  });

  it("is no way for what may be shown", () => {
    expect(readConfig({ PORT_FILE: file("port", "1234") }).port).toBe(2567);
  });
});
