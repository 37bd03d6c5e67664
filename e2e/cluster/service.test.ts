import { expect, it } from "vitest";
import { startNode, startProgram } from "../src/testing/processes.ts";
import { Service } from "./service.ts";

it("is not there where its program cannot be started, which is told, and may be started again", async () => {
  const lives = [
    () => startProgram("/no/such/program", { args: [] }),
    () => startNode({ args: ["-e", "console.log('here'); setInterval(() => {}, 60_000)"] }),
  ];
  const launch = () => (lives.shift() ?? (() => expect.fail("started once too often")))();
  await using service = new Service({ name: "Clock", says: /here/, launch });
  await expect(service.start()).rejects.toThrow(/^spawn \/no\/such\/program ENOENT$/);
  expect(service.alive).toBe(false);
  expect(service.unasked).toEqual(["Clock ended with 127"]);
  await service.start();
  expect(service.alive).toBe(true);
});
