import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeDurably } from "../platform/durableFile.ts";
import { ConfigError } from "./configError.ts";
import type { Environment } from "./environment.ts";
import type { Secrets } from "./secrets.ts";
import { markOf, readSecrets } from "./secrets.ts";

/** The real ones, which remember what they were asked for. */
vi.mock("../platform/durableFile.ts", { spy: true });

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const GIVEN = {
  JWT_SECRET: "a long enough secret",
  SEED_KEY: "0f".repeat(32),
  ADMIN_PASSWORD: "let me in please",
};

/** The secrets of a server that starts. */
function keptSecrets(environment: Environment = {}): Omit<Secrets, "keep"> {
  const { keep, ...secrets } = readSecrets(environment, folder);
  keep?.();
  return secrets;
}

describe("secrets", () => {
  it("are made once, and kept where only their owner reads them", () => {
    const first = keptSecrets();
    const path = join(folder, "secrets.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readSecrets({}, folder)).toEqual(first);
    expect(first.seedKey).toHaveLength(32);
  });

  it("are kept where a power cut leaves them", () => {
    const { keep } = readSecrets({}, folder);
    vi.mocked(writeDurably).mockClear();
    keep?.();
    const path = join(folder, "secrets.json");
    expect(writeDurably).toHaveBeenCalledExactlyOnceWith(path, readFileSync(path, "utf8"));
  });

  it("are written nowhere before they are to be kept", () => {
    const within = join(folder, "not", "there");
    const { keep, ...made } = readSecrets({}, within);
    expect(readdirSync(folder)).toEqual([]);
    keep?.();
    expect(readSecrets({}, within)).toEqual(made);
  });

  it("do not replace what another start has kept meanwhile", () => {
    const { keep } = readSecrets({}, folder);
    const other = keptSecrets();
    expect(keep).toThrow(ConfigError);
    expect(keep).toThrow(/^DATA_DIR: .*secrets\.json was written meanwhile.*Start again[^\n]*$/);
    expect(readSecrets({}, folder)).toEqual(other);
  });

  it("come from the environment where it has them, and are then not written anywhere", () => {
    const secrets = readSecrets(GIVEN, folder);
    expect(secrets.jwtSecret).toBe(GIVEN.JWT_SECRET);
    expect(secrets.seedKey.toString("hex")).toBe(GIVEN.SEED_KEY);
    expect(() => readFileSync(join(folder, "secrets.json"))).toThrow();
  });

  it("keep the file's others when one is given", () => {
    const made = keptSecrets();
    const mixed = readSecrets({ ADMIN_PASSWORD: GIVEN.ADMIN_PASSWORD }, folder);
    expect(mixed).toEqual({ ...made, adminPassword: GIVEN.ADMIN_PASSWORD });
    expect(readSecrets({}, folder)).toEqual(made);
  });

  it.each(["JWT_SECRET", "SEED_KEY", "ADMIN_PASSWORD"])(
    "must be given in production: %s",
    (name) => {
      const environment = { ...GIVEN, NODE_ENV: "production", [name]: "" };
      expect(() => readSecrets(environment, folder)).toThrow(new RegExp(`^${name} is not set`));
    },
  );

  it("are not shown when they cannot be used", () => {
    const attempt = () => readSecrets({ ...GIVEN, ADMIN_PASSWORD: "hunter2" }, folder);
    expect(attempt).toThrow(ConfigError);
    expect(attempt).not.toThrow(/hunter2/);
    expect(attempt).toThrow(/ADMIN_PASSWORD.*at least 8 characters/);
  });

  it("refuse a file that is not theirs, and a place for none, in one line", () => {
    writeFileSync(join(folder, "secrets.json"), "not json\n");
    expect(() => readSecrets({}, folder)).toThrow(/^DATA_DIR .*secrets\.json.*$/);
    const below = join(folder, "secrets.json", "a", "folder");
    expect(() => readSecrets({}, below)).toThrow(/^DATA_DIR .*folder.secrets\.json.*$/);
  });
});

describe("the mark of secrets", () => {
  const secrets = { jwtSecret: GIVEN.JWT_SECRET, adminPassword: GIVEN.ADMIN_PASSWORD };

  it("is the same for the same ones, and another one where either differs", () => {
    expect(markOf({ ...secrets })).toBe(markOf(secrets));
    const others = [{ jwtSecret: "another long secret" }, { adminPassword: "let others in" }];
    const marks = [secrets, ...others.map((other) => ({ ...secrets, ...other }))].map(markOf);
    expect(new Set(marks).size).toBe(3);
  });

  it("is keyed by the token secret, without which it says nothing of the password", () => {
    // printf '%s' 'croupier processes of one house|let me in please' |
    //   openssl dgst -sha256 -hmac 'a long enough secret' -binary | basenc --base64url
    expect(markOf(secrets)).toBe("tjhEkgG3dnoOv_IvAXnAEly4oTZ80c6F5sGt0asIalE");
  });
});
