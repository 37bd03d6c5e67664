import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

/** What a program told that opens things, and is asked to end. */
function interrupted(program: string) {
  const script = `
    const { closeAllOnSignals, opened } = await import("./server/bench/openThings.ts");
    closeAllOnSignals();
    ${program}
    process.kill(process.pid, "SIGTERM");
    setInterval(() => undefined, 60_000);
  `;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stderr, told: stdout.split("\n").slice(0, -1) };
}

it("closes what was opened last first, also where one does not close", () => {
  const program = `
    opened(async () => console.log("the database"));
    opened(async () => {
      throw new Error("it is gone already");
    });
    opened(async () => console.log("the server"));
  `;
  expect(interrupted(program)).toEqual({
    status: 130,
    stderr: "",
    told: ["the server", "the database"],
  });
});

it("closes at once what is opened while the rest is being closed, and waits for it", () => {
  const program = `
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    opened(async () => {
      opened(async () => {
        console.log("what was opened meanwhile");
        for (let turns = 0; turns < 5; turns += 1) await turn();
        console.log("its end");
      });
      await turn();
      opened(async () => {
        throw new Error("it never was there");
      });
      console.log("the database");
    });
  `;
  expect(interrupted(program)).toEqual({
    status: 130,
    stderr: "",
    told: ["what was opened meanwhile", "the database", "its end"],
  });
});
