import { describe, expect, it } from "vitest";
import { chooseNode, environmentOf, isSuitable } from "./runtime.mjs";

describe("choosing a Node.js", () => {
  it.each([
    ["v18.20.4", false],
    ["v20.20.2", false],
    ["v23.11.0", false],
    ["v24.0.0", true],
    ["v26.9.1", true],
    ["v27.0.0", false],
    ["v240.0.0", false],
    ["24.0.0", false],
  ])("%s is suitable: %s", (version, suitable) => {
    expect(isSuitable(version)).toBe(suitable);
  });

  const found = { version: "v20.20.2", execPath: "/system/node", pinned: "/pinned/node" };

  it("keeps the running one where it is suitable", () => {
    const running = { ...found, version: "v25.1.0", exists: () => true };
    expect(chooseNode(running)).toBe("/system/node");
  });

  it("takes the pinned one else", () => {
    expect(chooseNode({ ...found, exists: (path) => path === "/pinned/node" })).toBe(
      "/pinned/node",
    );
  });

  it("says what to do when there is none", () => {
    expect(() => chooseNode({ ...found, exists: () => false })).toThrow(
      /v20\.20\.2.*Install Node/s,
    );
  });
});

describe("the environment of a command", () => {
  it("keeps compiled modules inside node_modules", () => {
    expect(environmentOf({}).NODE_COMPILE_CACHE).toMatch(/node_modules[\\/]\.cache/);
  });

  it("leaves the operator's choice alone", () => {
    expect(environmentOf({ NODE_COMPILE_CACHE: "/mine", PORT: "1" })).toEqual({
      NODE_COMPILE_CACHE: "/mine",
      PORT: "1",
    });
  });
});
