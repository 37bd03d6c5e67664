import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
}

const read = (file: string) => JSON.parse(readFileSync(join(repository, file), "utf8"));
const asked = [".", "shared", "server", "client", "e2e"].flatMap((folder) => {
  const { dependencies, devDependencies }: Manifest = read(`${folder}/package.json`);
  return Object.entries({ ...dependencies, ...devDependencies });
});
const locked: Readonly<Record<string, { version: string; integrity?: string; name?: string }>> =
  read("package-lock.json").packages;

/** Rooms and transports stand on the insides of these, which any release may change. */
const FRAMEWORK = /^@colyseus\/(?!better-call$)/;
/** Looked at and left: abandoned, without measures, or open to everybody. */
const LEFT = ["@colyseus/proxy", "@colyseus/loadtest", "@colyseus/playground", "cors", "ioredis"];

describe("packages", () => {
  it("of the framework are asked for in one exact version", () => {
    const framework = asked.filter(([name]) => FRAMEWORK.test(name));
    expect(framework.map(([name]) => name)).toContain("@colyseus/core");
    expect(framework.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it("of the framework are there once", () => {
    const nested = Object.keys(locked).filter((path) =>
      /node_modules\/.*node_modules\/@colyseus\/(core|schema)$/.test(path),
    );
    expect(nested).toEqual([]);
  });

  it("that stand for another one are what that one's users ask for, byte by byte", () => {
    const { overrides }: Manifest = read("package.json");
    const [, name, version] = /^npm:(.+)@([\d.]+)$/.exec(overrides?.["uWebSockets.js"] ?? "") ?? [];
    expect(locked["node_modules/uWebSockets.js"]).toMatchObject({
      name,
      version,
      integrity: expect.stringMatching(/^sha512-.{80,}$/),
    });
    const transport: Manifest = read("node_modules/@colyseus/uwebsockets-transport/package.json");
    expect(transport.dependencies?.["uWebSockets.js"]).toMatch(new RegExp(`#v${version}$`));
  });

  it("that were looked at and left are not asked for", () => {
    expect(asked.filter(([name]) => LEFT.includes(name))).toEqual([]);
  });
});
