/**
 * Sees to it that there is a `redis-server` for the tests that start one. Where it is missing it is
 * installed by the system's package manager, if root runs the tests on a Debian-like system.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const APT = "/usr/bin/apt-get";

export function setup(): void {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  if (folders.some((folder) => existsSync(join(folder, "redis-server")))) return;
  if (process.getuid?.() !== 0 || !existsSync(APT)) {
    throw new Error("The tests need redis-server on the PATH: install the package redis-server.");
  }
  // Its service is not wanted: each test file starts a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const install = ["install", "-y", "--no-install-recommends", "redis-server"];
  for (const args of [["update"], install]) {
    execFileSync(APT, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  }
}
