import { expect, it } from "vitest";
import { Notes } from "./notes.ts";

it("counts faults, sums up times, and finds what took too long", () => {
  const said: string[] = [];
  const notes = new Notes((line) => said.push(line));
  notes.inflicted("a kill");
  notes.inflicted("a kill");
  for (const tookMs of [300, 100, 200]) notes.measured("back", tookMs, 250);
  expect(notes.told).toEqual({
    findings: ["back: 300 ms, where 250 are allowed"],
    faults: { "a kill": 2 },
    measured: { back: { median: 200, most: 300, times: 3 } },
  });
  expect(said).toEqual(["  ! back: 300 ms, where 250 are allowed"]);
});
