/** Programs of the repository that a benchmark starts: what it knows of them is what they print. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { opened } from "./openThings.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MOST_OUTPUT = 100_000;

export interface Program {
  /** From the repository's root. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningProgram {
  /** Resolves with the first match in what it prints. */
  sees(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it by SIGTERM. */
  stop(): Promise<void>;
}

function start({ file, args, env = {} }: Program): ChildProcess {
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

export function startProgram(program: Program): RunningProgram {
  const child = start(program);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-MOST_OUTPUT);
  });
  return {
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (match !== null) resolve(match);
        };
        child.stdout?.on("data", look);
        child.on("exit", () => reject(new Error(`${program.file} ended:\n${output}`)));
        look();
      }),
    stop: opened(() => ended(child)),
  };
}

/** Asks a child to end, where it has not, and waits until it has. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

/** Runs a program to its end and answers the JSON that it prints. */
export async function jsonOf(program: Program): Promise<unknown> {
  const child = start(program);
  const end = opened(() => ended(child));
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  await end();
  if (code !== 0) throw new Error(`${program.file} ended with ${code}:\n${output}`);
  return JSON.parse(output);
}
