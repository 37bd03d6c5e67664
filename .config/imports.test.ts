import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * The lint rules are what keeps the import directions, so they are tested like code: a tree of one
 * small file per direction is linted with the project's own configuration.
 */
const repository = fileURLToPath(new URL("..", import.meta.url));
const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");

const IMPORTS = "lint/style/noRestrictedImports";
const GLOBALS = "lint/style/noRestrictedGlobals";
const PROPERTIES = "lint/nursery/noJsRestrictedProperties";

const value = (specifier: string) => `import { it } from "${specifier}";\nexport const a = it;\n`;
const type = (specifier: string) =>
  `import type { It } from "${specifier}";\nexport type A = It;\n`;

/** What must be refused: the file, what it holds, the rule that must name it. */
const REFUSED: readonly (readonly [file: string, text: string, rule: string])[] = [
  ["shared/src/core/toProtocol.ts", value("../protocol/state.ts"), IMPORTS],
  ["shared/src/core/toProtocolType.ts", type("../protocol/state.ts"), IMPORTS],
  ["shared/src/core/table/toProtocol.ts", type("../../protocol/state.ts"), IMPORTS],
  ["shared/src/core/toTesting.ts", value("../testing/builders.ts"), IMPORTS],
  ["shared/src/core/toNode.ts", value("node:crypto"), IMPORTS],
  ["shared/src/core/toNodeType.ts", type("node:buffer"), IMPORTS],
  ["shared/src/core/toServer.ts", type("../../../server/src/context.ts"), IMPORTS],
  ["shared/src/core/toClient.ts", type("../../../client/src/main.ts"), IMPORTS],
  ["shared/src/core/toEndToEnd.ts", type("../../../e2e/src/verify.ts"), IMPORTS],
  ["shared/src/core/toPackage.ts", value("pg"), IMPORTS],
  ["shared/src/core/reExport.ts", `export { it } from "../protocol/state.ts";\n`, IMPORTS],
  ["shared/src/core/dynamic.ts", `export const a = import("../protocol/a.ts");\n`, IMPORTS],
  ["shared/src/core/typeInPlace.ts", `export type A = import("../protocol/a.ts").A;\n`, "plugin"],
  ["shared/src/core/time.ts", "export const a = Date.now();\n", GLOBALS],
  ["shared/src/core/newTime.ts", "export const a = new Date();\n", GLOBALS],
  ["shared/src/core/luck.ts", "export const a = Math.random();\n", PROPERTIES],
  ["shared/src/core/wait.ts", "setTimeout(() => undefined, 1);\n", GLOBALS],
  ["shared/src/core/environment.ts", "export const a = process.env;\n", GLOBALS],
  ["shared/src/core/away.test.ts", type("../../../server/src/context.ts"), IMPORTS],
  ["shared/src/core/node.test.ts", value("node:fs"), IMPORTS],
  ["shared/src/protocol/toTesting.ts", type("../testing/builders.ts"), IMPORTS],
  ["shared/src/protocol/toNode.ts", type("node:buffer"), IMPORTS],
  ["shared/src/protocol/toServer.ts", type("@croupier/server/src/context.ts"), IMPORTS],
  ["shared/src/protocol/toClient.ts", type("../../../client/src/main.ts"), IMPORTS],
  ["shared/src/testing/toEndToEnd.ts", type("../../../e2e/src/verify.ts"), IMPORTS],
  ["client/src/scene/toServer.ts", type("../../../server/src/context.ts"), IMPORTS],
  ["client/src/scene/toServerPackage.ts", type("@croupier/server/src/context.ts"), IMPORTS],
  ["client/src/net/toEndToEnd.ts", type("../../../e2e/src/verify.ts"), IMPORTS],
  ["client/src/net/toNode.ts", type("node:events"), IMPORTS],
  ["client/src/store/toPixi.ts", type("pixi.js"), IMPORTS],
  ["client/src/store/toColyseus.ts", type("@colyseus/sdk"), IMPORTS],
  ["client/src/store/toNet.ts", type("../net/connection.ts"), IMPORTS],
  ["client/src/store/pixi.test.ts", value("pixi.js"), IMPORTS],
  ["server/sim/auditor/toCore.ts", value("@croupier/shared/core/payouts"), IMPORTS],
  ["server/sim/auditor/toServer.ts", type("../../src/tables/store.ts"), IMPORTS],
  ["server/sim/auditor/toWorld.ts", type("../bank.ts"), IMPORTS],
  ["server/src/rooms/toClient.ts", type("../../../client/src/store/model.ts"), IMPORTS],
  ["server/src/rooms/toEndToEnd.ts", type("@croupier/e2e/src/verify.ts"), IMPORTS],
  ["server/src/rooms/client.test.ts", type("../../../client/src/store/model.ts"), IMPORTS],
  ["server/bench/toClient.ts", type("../../client/src/store/model.ts"), IMPORTS],
  ["server/src/tables/time.ts", "export const a = Date.now();\n", PROPERTIES],
  ["server/src/tables/newTime.ts", "export const a = new Date();\n", "plugin"],
  ["server/src/tables/luck.ts", "export const a = Math.random();\n", PROPERTIES],
  ["server/src/tables/wait.ts", "setTimeout(() => undefined, 1);\n", GLOBALS],
  ["server/src/tables/nap.ts", value("node:timers/promises"), IMPORTS],
  [
    "server/src/db/environment.ts",
    "export const a = process.env.PORT;\n",
    "lint/style/noProcessEnv",
  ],
  ["server/src/tables/sleep.test.ts", "setTimeout(() => undefined, 1);\n", GLOBALS],
  ["e2e/src/toServer.ts", type("../../server/src/context.ts"), IMPORTS],
  ["e2e/bots/toServer.ts", type("@croupier/server/src/context.ts"), IMPORTS],
  ["e2e/src/client.e2e.test.ts", type("../../client/src/store/model.ts"), IMPORTS],
];

/** What must be let through, so that no rule refuses everything. */
const ALLOWED: readonly (readonly [file: string, text: string])[] = [
  ["shared/src/core/fine.ts", value("@noble/hashes/sha2.js")],
  ["shared/src/core/table/fine.ts", value("../types.ts")],
  ["shared/src/core/fine.test.ts", value("../testing/builders.ts")],
  ["shared/src/protocol/fine.ts", type("../core/types.ts")],
  ["client/src/store/fine.ts", value("@croupier/shared/core/wheel")],
  ["client/src/net/serverClock.ts", value("@colyseus/sdk")],
  ["client/src/scene/fine.ts", value("pixi.js")],
  ["server/src/platform/clock.ts", "setTimeout(() => new Date(), Date.now());\n"],
  ["server/src/config/fine.ts", "export const a = process.env.PORT;\n"],
  ["server/src/db/fine.ts", "export const a = new Date(0);\n"],
  ["server/src/rooms/fine.ts", value("@croupier/shared/protocol/requests")],
  ["e2e/src/fine.ts", value("@croupier/shared/core/record")],
];

let tree = "";
let found = new Map<string, readonly string[]>();

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), "croupier-imports-"));
  cpSync(join(repository, ".biome.json"), join(tree, ".biome.json"));
  for (const file of ["biome.json", "importType.grit", "newDate.grit"]) {
    cpSync(join(repository, ".config", file), join(tree, ".config", file));
  }
  for (const [file, text] of [...REFUSED, ...ALLOWED]) {
    mkdirSync(join(tree, dirname(file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  found = lint(tree);
});

afterAll(() => {
  rmSync(tree, { recursive: true, force: true });
});

/** The rules that each file of `directory` breaks. */
function lint(directory: string): Map<string, readonly string[]> {
  const broken = new Map<string, string[]>();
  for (const { category, location } of diagnosticsOf(directory)) {
    const file = location.path.replaceAll("\\", "/");
    broken.set(file, [...(broken.get(file) ?? []), category]);
  }
  return broken;
}

interface Diagnostic {
  readonly category: string;
  readonly location: { readonly path: string };
}

function diagnosticsOf(cwd: string): readonly Diagnostic[] {
  const run = [biome, "lint", ".", "--reporter=json", "--max-diagnostics=none"];
  try {
    execFileSync(process.execPath, run, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const report = JSON.parse((error as { stdout: Buffer }).stdout.toString());
    return report.diagnostics;
  }
  throw new Error("the linter found nothing to refuse");
}

describe("imports run one way", () => {
  it.each(REFUSED)("refuses %s", (file, _text, rule) => {
    expect(found.get(file)).toContain(rule);
  });

  it.each(ALLOWED)("allows %s", (file) => {
    expect(found.get(file) ?? []).toEqual([]);
  });
});
