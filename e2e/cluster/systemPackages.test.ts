import { describe, expect, it } from "vitest";
import type { Machine } from "./systemPackages.ts";
import { decide } from "./systemPackages.ts";

const machine = (files: readonly string[], changes: Partial<Machine> = {}): Machine => ({
  path: "/home/player/bin:/usr/bin",
  isRoot: false,
  isExecutable: (file) => files.includes(file),
  ...changes,
});

describe("a program of the system", () => {
  it("is taken from PATH first", () => {
    const files = ["/usr/sbin/nginx", "/home/player/bin/nginx"];
    expect(decide("nginx", machine(files))).toEqual({
      kind: "found",
      file: "/home/player/bin/nginx",
    });
  });

  it.each(["/usr/sbin/nginx", "/usr/local/sbin/nginx"])(
    "is found in %s although PATH lacks that folder",
    (file) => {
      expect(decide("nginx", machine([file]))).toEqual({ kind: "found", file });
    },
  );

  it("is not searched for in the working folder where PATH has an empty entry", () => {
    const here = machine(["nginx"], { path: ":" });
    expect(decide("nginx", here).kind).toBe("tell");
  });

  it("is installed by root on a Debian-like system", () => {
    const debian = machine(["/usr/bin/apt-get"], { isRoot: true });
    expect(decide("redis-server", debian)).toEqual({
      kind: "install",
      packages: ["redis-server"],
    });
  });

  it("is not installed where it is there", () => {
    const debian = machine(["/usr/bin/apt-get", "/usr/bin/redis-server"], { isRoot: true });
    expect(decide("redis-server", debian).kind).toBe("found");
  });

  it.each<[string, Machine, string]>([
    [
      "somebody else than root",
      machine(["/usr/bin/apt-get"]),
      "nginx is missing; as root: apt-get install --no-install-recommends nginx-light",
    ],
    [
      "root of another system",
      machine([], { isRoot: true }),
      "nginx is missing; install the system's package for nginx",
    ],
  ])("is told to %s in one line", (_whom, where, message) => {
    expect(decide("nginx", where)).toEqual({ kind: "tell", message });
  });
});
