/**
 * Programs that come from the system and not from npm, with the versions that will do. One that is missing is installed where that
 * is possible without asking: by root, on a Debian-like system. Its service is neither started nor
 * enabled; only the program is wanted.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { OperatorError } from "../command/operatorError.ts";
import { startProgram } from "../src/testing/processes.ts";

export type SystemProgram = "nginx" | "redis-server";

interface Source {
  readonly packages: readonly string[];
  /** Better with it, and it works without. */
  readonly wished: readonly string[];
  readonly service: string;
  /** Older ones lack something that is used here. */
  readonly least: readonly [major: number, minor: number];
  /** The flag by which it says its version, and how it says it. */
  readonly version: readonly [flag: string, said: RegExp];
}

const SOURCES: Readonly<Record<SystemProgram, Source>> = {
  nginx: {
    packages: ["nginx-light"],
    wished: ["libnginx-mod-http-brotli-static"],
    service: "nginx.service",
    least: [1, 22],
    version: ["-v", /\bnginx\/((\d+)\.(\d+)\S*)/],
  },
  "redis-server": {
    packages: ["redis-server"],
    wished: [],
    service: "redis-server.service",
    least: [6, 2],
    version: ["--version", /\bv=((\d+)\.(\d+)\S*)/],
  },
};

/** A user's PATH often has none of these. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
const POLICY = "/usr/sbin/policy-rc.d";
const START_NOTHING = "#!/bin/sh\nexit 101\n";
const LOCK_SECONDS = 120;

/** What of this machine the decision needs. */
export interface Machine {
  readonly path: string;
  readonly isRoot: boolean;
  readonly isExecutable: (file: string) => boolean;
}

export type Decision =
  | { readonly kind: "found"; readonly file: string }
  | { readonly kind: "install"; readonly packages: readonly string[] }
  | { readonly kind: "tell"; readonly message: string };

/** Finds the program, or says what to do about its absence. */
export function decide(program: SystemProgram, machine: Machine): Decision {
  const file = findProgram(program, machine);
  if (file !== null) return { kind: "found", file };
  const { packages } = SOURCES[program];
  const isDebianLike = findProgram("apt-get", machine) !== null;
  if (machine.isRoot && isDebianLike) return { kind: "install", packages };
  const command = isDebianLike
    ? `as root: apt-get install --no-install-recommends ${packages.join(" ")}`
    : `install the system's package for ${program}`;
  return { kind: "tell", message: `${program} is missing; ${command}` };
}

function findProgram(name: string, { path, isExecutable }: Machine): string | null {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ""), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/** One line where the program is too old by what it says of its version; else null. */
export function tooOld(program: SystemProgram, said: string): string | null {
  const { least, version } = SOURCES[program];
  const [, whole, major, minor] = version[1].exec(said) ?? [];
  // A relative that counts otherwise shows by starting whether it will do.
  if (whole === undefined) return null;
  const newer = Number(major) - least[0] || Number(minor) - least[1];
  return newer < 0 ? `${program} ${whole} is too old; it takes ${least.join(".")} or newer` : null;
}

/**
 * The program's file. Installs it where that can be done.
 *
 * @throws {@link OperatorError} that says what to install, or which version is wanted
 */
export async function ensureProgram(program: SystemProgram): Promise<string> {
  const file = await fileOf(program);
  const { stdout, stderr } = await startProgram(file, { args: [SOURCES[program].version[0]] })
    .exited;
  const refusal = tooOld(program, stdout + stderr);
  if (refusal !== null) throw new OperatorError(refusal);
  return file;
}

async function fileOf(program: SystemProgram): Promise<string> {
  const machine = thisMachine();
  const decision = decide(program, machine);
  if (decision.kind === "found") return decision.file;
  if (decision.kind === "tell") throw new OperatorError(decision.message);
  await install(SOURCES[program]);
  const file = findProgram(program, machine);
  if (file === null) throw new Error(`${program} is missing after its installation`);
  return file;
}

function thisMachine(): Machine {
  return {
    path: process.env["PATH"] ?? "",
    isRoot: process.getuid?.() === 0,
    isExecutable: (file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    },
  };
}

async function install({ packages, wished, service }: Source): Promise<void> {
  // Whoever has a policy for services keeps it.
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeFileSync(POLICY, START_NOTHING, { mode: 0o755 });
  try {
    // The lists of packages may be missing, or older than what the archive has.
    if ((await aptInstall(packages)) !== null) {
      await apt(["update"]);
      const failure = await aptInstall(packages);
      if (failure !== null) {
        throw new OperatorError(`cannot install ${packages.join(" ")}: ${failure}`);
      }
    }
    if (wished.length > 0) await aptInstall(wished);
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
  if (existsSync("/run/systemd/system")) await run("systemctl", ["disable", service]);
}

const aptInstall = (packages: readonly string[]): Promise<string | null> =>
  apt(["install", "--yes", "--no-install-recommends", ...packages]);

const apt = (args: readonly string[]): Promise<string | null> =>
  run("apt-get", ["-qq", "-o", `DPkg::Lock::Timeout=${LOCK_SECONDS}`, ...args]);

/** Null where it went through, else the last line that it wrote. */
async function run(program: string, args: readonly string[]): Promise<string | null> {
  const child = spawn(program, args, {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const [code] = await once(child, "close");
  if (code === 0) return null;
  return said.trim().split("\n").at(-1) || `${program} ended with ${code}`;
}
