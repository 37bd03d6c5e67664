import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { commandNames, planOf } from "./commands.mjs";

it("has every script of package.json as a command, and hands arguments on", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const scripts = Object.entries(manifest.scripts);
  expect(scripts.map(([name]) => name).sort()).toEqual([...commandNames].sort());
  // Without `exec`, a shell stands between npm and the launcher and swallows signals.
  for (const [name, script] of scripts) {
    expect(script).toBe(`exec node server/bin/croupier.mjs ${name}`);
  }
  expect(planOf("bots", ["--players", "3"])?.processes).toEqual([
    ["e2e/bots/main.ts", "--players", "3"],
  ]);
});

it("knows no command that was not named", () => {
  expect(planOf("toString", [])).toBeUndefined();
  expect(planOf("", [])).toBeUndefined();
});
