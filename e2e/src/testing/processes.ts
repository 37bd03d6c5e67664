/**
 * Child processes of tests: each in a process group of its own, its output kept, and ended with the
 * test run whatever happens to the test.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));

export interface Exit {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** NaN where it could not be started, which no signal goes to: one to 0 would go to the caller. */
  readonly pid: number;
  /** Resolves once it has ended, and with it whatever holds its output open. */
  readonly exited: Promise<Exit>;
  /** Resolves once it has ended itself. */
  readonly ended: Promise<unknown>;
  /** Resolves with the first match in the output; rejects where the process ends before it. */
  sees(pattern: RegExp): Promise<RegExpExecArray>;
  /** To the whole process group, as a terminal's Ctrl-C goes. */
  signal(signal: NodeJS.Signals): void;
  /** Everything written so far. */
  output(): string;
  /** A line to the standard input of a process that has one; null: there will be no more. */
  tell(line: string | null): void;
}

/** The most output kept of a process; the beginning of more is dropped. */
const MOST_OUTPUT = 4_000_000;

/** The exit code of what could not be started. */
const NOT_STARTED = 127;

const alive = new Set<number>();
let reaper: ChildProcess | null = null;

/** From now on what is started here ends also where this process is killed outright. */
export function leaveNothingBehind(): void {
  const file = fileURLToPath(new URL("reaper.ts", import.meta.url));
  reaper ??= spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  // It hears of the end of this process, which does not wait for it.
  reaper.unref();
  for (const pid of alive) reaper.stdin?.write(`+${pid}\n`);
}

process.on("exit", () => {
  for (const pid of alive) signalGroup(pid, "SIGKILL");
});
// The test runner ends its workers by a signal, of which nobody would hear who listens for the exit.
if (process.env["VITEST"] !== undefined) process.once("SIGTERM", () => process.exit());

export interface Command {
  readonly args: readonly string[];
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** It has a standard input, which ends with this process at the latest. */
  readonly reading?: boolean;
  /**
   * It reads its standard input, and ends with that, having put away what is its own: so it is not killed
   * where this process ends, as all others are.
   */
  readonly obeying?: boolean;
}

/** Runs a script of the repository with this very Node. */
export function startNode({ args, ...command }: Command): Running {
  const flags = ["--disable-warning=ExperimentalWarning"];
  return startProgram(process.execPath, { ...command, args: [...flags, ...args] });
}

/**
 * Runs a program of this machine, in the repository. One that cannot be started is as one that ends at
 * once, with 127 as in a shell, and the reason in its standard error.
 */
export function startProgram(
  program: string,
  { args, env = {}, obeying = false, reading = obeying }: Command,
): Running {
  try {
    const child = spawn(program, args, {
      cwd: repository,
      env: environment(env),
      detached: true,
      stdio: [reading ? "pipe" : "ignore", "pipe", "pipe"],
    });
    if (child.pid !== undefined) return running(child, child.pid, obeying);
    return notStarted(once(child, "error").then(([error]) => error as Error));
  } catch (error) {
    // Some reasons are told at once: there is no memory, the arguments are too long.
    return notStarted(Promise.resolve(error as Error));
  }
}

/** Runs a script to its end. */
export async function runNode(command: Command): Promise<Exit> {
  return await startNode(command).exited;
}

/** This process's environment without what the test runner put there, and with `changes`. */
function environment(changes: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const { VITEST: _runner, NODE_ENV: _mode, NODE_OPTIONS: _options, ...own } = process.env;
  return Object.fromEntries(
    Object.entries({ ...own, ...changes }).filter(([, value]) => value !== undefined),
  );
}

function notStarted(failure: Promise<Error>): Running {
  const pid = Number.NaN;
  let stderr = "";
  const exited = failure.then(({ message }): Exit => {
    stderr = `${message}\n`;
    return { pid, code: NOT_STARTED, signal: null, stdout: "", stderr };
  });
  return {
    pid,
    exited,
    ended: exited,
    output: () => stderr,
    signal: () => undefined,
    tell: () => undefined,
    sees: async (pattern) => {
      await exited;
      throw new Error(`ended with ${NOT_STARTED} before ${pattern}:\n${stderr}`);
    },
  };
}

function running(child: ChildProcess, pid: number, obeying: boolean): Running {
  if (!obeying) {
    alive.add(pid);
    reaper?.stdin?.write(`+${pid}\n`);
  }
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const told = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout = (stdout + text).slice(-MOST_OUTPUT);
    told();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-MOST_OUTPUT);
    told();
  });
  const output = (): string => stdout + stderr;
  const exited = once(child, "close").then(([code, signal]): Exit => {
    alive.delete(pid);
    reaper?.stdin?.write(`-${pid}\n`);
    return { pid, code, signal, stdout, stderr };
  });
  return {
    pid,
    exited,
    ended: once(child, "exit"),
    output,
    signal: (signal) => signalGroup(pid, signal),
    tell: (line) => {
      if (line === null) child.stdin?.end();
      else child.stdin?.write(`${line}\n`);
    },
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output());
          if (match === null) return;
          watchers.delete(look);
          resolve(match);
        };
        watchers.add(look);
        look();
        exited.then(({ code, signal }) => {
          if (watchers.delete(look)) {
            reject(new Error(`ended with ${code ?? signal} before ${pattern}:\n${output()}`));
          }
        }, reject);
      }),
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The whole group has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Whether a process is there and does anything: one that only waits to be fetched is gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const [state] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1) ?? "";
    return state !== "Z";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Elsewhere than on Linux nothing tells the one from the other.
    if (code === "ENOENT") return process.platform !== "linux";
    if (code === "ESRCH") return false;
    if (code === "EPERM") return true;
    throw error;
  }
}
