import { describe, expect, it } from "vitest";
import type { Machine, SystemProgram } from "./systemPackages.ts";
import { decide, tooOld } from "./systemPackages.ts";

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

describe("a program's version", () => {
  it.each<[SystemProgram, string]>([
    ["nginx", "nginx version: nginx/1.22.1\n"],
    ["nginx", "nginx version: nginx/1.100.0 (Ubuntu)\n"],
    ["nginx", "nginx version: nginx/2.0\n"],
    ["redis-server", "Redis server v=6.2.0 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=1\n"],
    [
      "redis-server",
      "Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1\n",
    ],
    // Whoever counts otherwise shows by starting whether it will do.
    ["nginx", "nginx version: openresty/1.21.4.1\n"],
    ["nginx", ""],
  ])("of %s will do: %j", (program, said) => {
    expect(tooOld(program, said)).toBeNull();
  });

  it.each<[SystemProgram, string, string]>([
    [
      "nginx",
      "nginx version: nginx/1.18.0 (Ubuntu)\n",
      "nginx 1.18.0 is too old; it takes 1.22 or newer",
    ],
    ["nginx", "nginx version: nginx/0.99.1\n", "nginx 0.99.1 is too old; it takes 1.22 or newer"],
    [
      "redis-server",
      "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=1\n",
      "redis-server 6.0.16 is too old; it takes 6.2 or newer",
    ],
  ])("of %s will not do, which is one line: %j", (program, said, line) => {
    expect(tooOld(program, said)).toBe(line);
  });
});
