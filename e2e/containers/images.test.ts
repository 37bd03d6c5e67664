/** What the images have to keep to, as far as their files say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../src/testing/processes.ts";
import { readCompose, readDockerFile, servicesOf } from "./composeFiles.ts";

const FILES = ["server.Dockerfile", "nginx.Dockerfile", "backup.Dockerfile"] as const;
const EXACT = /^[a-z./]+:\d+\.\d+(\.\d+)?-[a-z]+(-[a-z]+)*$/;

interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  /** Everything up to the next stage. */
  readonly text: string;
}

function stagesOf(file: string): readonly Stage[] {
  const [, ...parts] = readDockerFile(file).split(/^FROM /m);
  return parts.map((part) => {
    const [, base = "", name] = /^(\S+)(?: AS (\S+))?/.exec(part) ?? [];
    return { base, name, text: part };
  });
}

const lastOf = (file: string) => stagesOf(file).at(-1)?.text ?? "";
const read = (path: string) => readFileSync(join(repository, path), "utf8");

describe.each(FILES)("%s", (file) => {
  it("has bases of an exact version", () => {
    const own = new Set(stagesOf(file).map(({ name }) => name));
    const bases = stagesOf(file).filter(({ base }) => base !== "scratch" && !own.has(base));
    for (const { base } of bases) expect(base).toMatch(EXACT);
  });

  it("does not run as root", () => {
    const users = [...lastOf(file).matchAll(/^USER (\S+)$/gm)].map(([, user]) => user);
    expect(users.at(-1)).toMatch(/^(?!root|0\b)\w+/);
  });

  it("has nothing of a build in its last stage", () => {
    expect(lastOf(file)).not.toMatch(/\bnpm\b|\bgcc\b|build-essential|vite/);
  });
});

describe("the server's image", () => {
  const last = stagesOf("server.Dockerfile").at(-1);

  it("begins with nothing, so it has no shell and no package manager", () => {
    expect(last?.base).toBe("scratch");
    expect(last?.text).not.toMatch(/^RUN/m);
  });

  it("has production packages only", () => {
    const packages = stagesOf("server.Dockerfile").find(({ name }) => name === "packages");
    expect(packages?.text).toContain("--omit=dev");
  });

  it("runs the Node.js that the project pins", () => {
    const { dependencies } = JSON.parse(read("package.json"));
    const versions = FILES.flatMap((file) => [...readDockerFile(file).matchAll(/node:([\d.]+)-/g)]);
    expect(versions.length).toBeGreaterThan(0);
    for (const [, version] of versions) expect(version).toBe(dependencies.node);
  });

  it("starts it with the flags that the launcher gives it", () => {
    const flags = /serverFlags = (\[[^\]]*?),?\s*\]/.exec(read("server/bin/serverFlags.mjs"))?.[1];
    const entry = /^ENTRYPOINT (.*)$/m.exec(last?.text ?? "")?.[1] ?? "[]";
    expect(JSON.parse(entry).slice(1)).toEqual(JSON.parse(`${flags}]`));
  });
});

describe("versions", () => {
  it("of Postgres are one and the same wherever it runs", () => {
    const files = ["compose.prod.yaml", "compose.yaml"].flatMap((file) =>
      servicesOf(readCompose(file)).map(([, { image = "" }]) => image),
    );
    const bases = stagesOf("backup.Dockerfile").map(({ base }) => base);
    const postgres = [...files, ...bases].filter((image) => image.startsWith("postgres:"));
    expect(postgres.length).toBeGreaterThan(2);
    expect(new Set(postgres).size).toBe(1);
  });
});
