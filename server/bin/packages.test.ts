import { describe, expect, it } from "vitest";
import { judgePackages } from "./packages.mjs";

const found = { wanted: "new", stamped: "new", installedMs: 1000, lockedMs: 500 };

describe("judging the installed packages", () => {
  it.each([
    ["a clone without packages", { installedMs: undefined, stamped: undefined }, "install"],
    ["a stamp whose packages are gone", { installedMs: undefined }, "install"],
    ["packages of this very lock file", {}, "fresh"],
    ["this lock file, touched since", { lockedMs: 2000 }, "fresh"],
    ["a lock file that changed since", { stamped: "old", lockedMs: 2000 }, "install"],
    ["npm run by hand after the change", { stamped: "old" }, "adopt"],
    ["npm run by hand, no stamp yet", { stamped: undefined }, "adopt"],
    ["npm run by hand, then a new lock", { stamped: undefined, lockedMs: 2000 }, "install"],
  ] as const)("%s", (_case, difference, judgement) => {
    expect(judgePackages({ ...found, ...difference })).toBe(judgement);
  });
});
