import { expect, it } from "vitest";
import { isAlive, runNode, startNode, startProgram } from "./processes.ts";

const start = () => startProgram("/no/such/program", { args: [], obeying: true });

it("tells of a program that cannot be started as of one that ends at once, and why", async () => {
  const missing = start();
  const stderr = "spawn /no/such/program ENOENT\n";
  await expect(missing.sees(/anything/)).rejects.toThrow("ended with 127 before /anything/");
  expect(await missing.exited).toMatchObject({ code: 127, signal: null, stderr });
  await missing.ended;
  expect(missing.output()).toBe(stderr);
});

it("tells the same of what the system does not even try to start", async () => {
  // More than the system takes as arguments.
  const { code, stderr } = await startProgram("true", { args: ["x".repeat(4_000_000)] }).exited;
  expect({ code, stderr }).toEqual({ code: 127, stderr: "spawn E2BIG\n" });
});

it("leaves the caller alone where what could not be started is told something, or ended", async () => {
  const script = `
    const { startProgram } = await import("./e2e/src/testing/processes.ts");
    const missing = startProgram("/no/such/program", { args: [], obeying: true });
    missing.tell("a line");
    missing.signal("SIGKILL");
    startProgram("/no/such/program", { args: [] });
    try {
      process.kill(missing.pid, "SIGKILL");
    } catch {}
    console.log("here");
    // Whatever is still alive is ended with the caller.
    process.exit(0);
  `;
  const exit = await runNode({ args: ["--input-type=module", "-e", script] });
  expect(exit).toMatchObject({ code: 0, signal: null, stdout: "here\n", stderr: "" });
});

it("ends what a test left behind with the test runner's worker, which is ended by a signal", async () => {
  const script = `
    const { startProgram } = await import("./e2e/src/testing/processes.ts");
    const { pid } = startProgram("sleep", { args: ["60"], reading: true });
    console.log("left " + pid);
  `;
  const args = ["--input-type=module", "-e", script];
  const worker = startNode({ args, env: { VITEST: "true" } });
  const [, pid] = await worker.sees(/left (\d+)/);
  expect(isAlive(Number(pid))).toBe(true);
  worker.signal("SIGTERM");
  await worker.exited;
  await expect.poll(() => isAlive(Number(pid)), { timeout: 10_000 }).toBe(false);
});
