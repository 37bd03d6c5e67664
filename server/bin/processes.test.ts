import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";

/** Runs `runTogether` in a process of its own, since it is about that process's signals. */
const launcher = `
  import { runTogether } from ${JSON.stringify(new URL("./processes.mjs", import.meta.url).href)};
  const programs = JSON.parse(process.argv[1]).map((text) => (
    { node: process.execPath, arguments_: ["--eval", text], environment: process.env }
  ));
  const { code, signal } = await runTogether(programs);
  console.log("launcher: " + code + " " + signal);
`;

/** Lives until it is told to end, and says both. */
const lives = (name: string, code: number) => `
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {
    console.log("${name}: " + signal);
    process.exitCode = ${code};
    clearInterval(life);
  });
  const life = setInterval(() => {}, 1000);
  console.log("${name}: up");
`;

let running: ChildProcess | undefined;

afterEach(() => {
  running?.kill("SIGKILL");
});

/** Says each SIGINT, and ends with the first SIGTERM. */
const counts = `
  process.on("SIGINT", () => console.log("counter: SIGINT"));
  process.on("SIGTERM", () => {
    console.log("counter: SIGTERM");
    clearInterval(life);
  });
  const life = setInterval(() => {}, 1000);
  console.log("counter: up");
`;

/** Starts the launcher in a session without a terminal; `until` waits for a line of output. */
function launch(...programs: string[]) {
  const child = spawn(
    process.execPath,
    ["--input-type=module", "--eval", launcher, JSON.stringify(programs)],
    { stdio: ["ignore", "pipe", "inherit"], detached: true },
  );
  running = child;
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  return {
    child,
    lines: () => output.trim().split("\n"),
    async until(line: string) {
      while (!output.includes(`${line}\n`)) await once(child.stdout, "data");
    },
  };
}

it.each([
  ["SIGINT", "SIGINT"],
  ["SIGTERM", "SIGTERM"],
  ["SIGHUP", "SIGTERM"],
] as const)("passes %s on as %s, and waits", async (signal, passedOn) => {
  const { child, lines, until } = launch(lives("server", 7));
  await until("server: up");
  child.kill(signal);
  await once(child, "close");
  expect(lines()).toEqual(["server: up", `server: ${passedOn}`, "launcher: 7 undefined"]);
});

it("makes one signal of what reaches a whole group and comes through npm besides", async () => {
  const { child, lines, until } = launch(counts);
  await until("counter: up");
  process.kill(-Number(child.pid), "SIGINT");
  child.kill("SIGINT");
  await until("counter: SIGINT");
  child.kill("SIGTERM");
  await once(child, "close");
  expect(lines()).toEqual([
    "counter: up",
    "counter: SIGINT",
    "counter: SIGTERM",
    "launcher: 0 undefined",
  ]);
});

it("ends what it started when it is killed itself", async () => {
  const { child, lines, until } = launch(lives("server", 0));
  await until("server: up");
  child.kill("SIGKILL");
  // The pipe closes once the last process that holds it is gone.
  await once(child, "close");
  expect(lines()).toEqual(["server: up", "server: SIGTERM"]);
});

it("keeps its lifeline out of the environment of what the program starts", async () => {
  const { child, lines } = launch("console.log(process.env.CROUPIER_LIFELINE)");
  await once(child, "close");
  expect(lines()).toEqual(["undefined", "launcher: 0 undefined"]);
});

it("ends the others when one ends, and answers with the first one's ending", async () => {
  const { child, lines, until } = launch(lives("server", 0), lives("client", 0));
  await until("server: up");
  await until("client: up");
  child.kill("SIGTERM");
  await once(child, "close");
  expect(lines()).toContain("server: SIGTERM");
  expect(lines()).toContain("client: SIGTERM");
  expect(lines().at(-1)).toBe("launcher: 0 undefined");
});

it("does not leave a sibling behind", async () => {
  const { child, lines } = launch(lives("server", 0), "process.exitCode = 3");
  await once(child, "close");
  expect(lines().at(-1)).toBe("launcher: 3 undefined");
});

it("names the signal that ended the program", async () => {
  const { child, lines } = launch("process.kill(process.pid, 'SIGKILL')");
  await once(child, "close");
  expect(lines()).toEqual(["launcher: 137 SIGKILL"]);
});
