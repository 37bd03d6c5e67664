/** What the Compose files have to keep to, whoever changes them. */
import { describe, expect, it } from "vitest";
import type { ComposeFile } from "./composeFiles.ts";
import { networksOf, readCompose, servicesOf, withDefaults } from "./composeFiles.ts";

const production = readCompose("compose.prod.yaml");
const development = readCompose("compose.yaml");

/** Those that end when their work is done have nothing to be asked. */
const ENDING = new Set(["migrate", "restore", "proof"]);
const FROM_REGISTRY = /^\$\{CROUPIER_IMAGES:-croupier\}\/\w+:\$\{CROUPIER_VERSION:-[\d.]+\}$/;
const SECRET = /PASSWORD|SECRET|KEY|TOKEN|DATABASE_URL|REDIS_URL/;

const titled = (where: string, file: ComposeFile) =>
  servicesOf(file).map(([name, service]) => [`${name} in ${where}`, name, service] as const);
const both = [...titled("production", production), ...titled("development", development)];

describe("a house for the public", () => {
  it("publishes Nginx and nothing else", () => {
    const published = servicesOf(production).filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(["nginx"]);
  });

  it("has networks without a way out, but for Nginx", () => {
    const { networks = {} } = production;
    const outer = Object.keys(networks).filter((name) => networks[name]?.internal !== true);
    expect(outer).toEqual(["public"]);
    const there = servicesOf(production).filter(([, service]) =>
      networksOf(service).some((name) => outer.includes(name)),
    );
    expect(there.map(([name]) => name)).toEqual(["nginx"]);
    for (const [, service] of servicesOf(production)) expect(networksOf(service)).not.toEqual([]);
  });

  it.each(servicesOf(production))(
    "%s cannot change its system, nor become more",
    (_name, service) => {
      expect(service.read_only).toBe(true);
      expect(service.cap_drop).toEqual(["ALL"]);
      expect(service.security_opt).toContain("no-new-privileges:true");
      expect(service.privileged).toBeUndefined();
    },
  );

  it.each(servicesOf(production))(
    "%s is bounded in memory, processors and processes",
    (_name, service) => {
      expect(service.mem_limit).toBeDefined();
      // A machine with one processor takes no container that wants two.
      expect(withDefaults(String(service.cpus))).toBe("1");
      expect(service.pids_limit).toBeGreaterThan(0);
    },
  );

  it.each(servicesOf(production))(
    "%s has no secret in its environment",
    (_name, { environment = {} }) => {
      for (const [name, value] of Object.entries(environment)) {
        if (!SECRET.test(name)) continue;
        expect(name).toMatch(/_FILE$/);
        expect(value).toMatch(/^\/run\/secrets\//);
      }
    },
  );

  it.each(servicesOf(production))(
    "%s reads the secrets only that it is given",
    (_name, service) => {
      const text = JSON.stringify([service.environment, service.command, service.healthcheck]);
      const read = [...text.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, name]) => name);
      expect(service.secrets ?? []).toEqual(expect.arrayContaining(read));
    },
  );

  it("has all secrets in files, in a folder that is not in the repository", () => {
    const { secrets = {} } = production;
    expect(Object.keys(secrets)).not.toEqual([]);
    for (const [name, secret] of Object.entries(secrets)) {
      expect(Object.keys(secret)).toEqual(["file"]);
      expect(withDefaults(secret["file"] ?? "")).toBe(`./secrets/${name}`);
    }
  });

  it("comes back by itself after a crash or a start of the machine", () => {
    const staying = servicesOf(production).filter(
      ([name, { profiles }]) => profiles === undefined && !ENDING.has(name),
    );
    for (const [, { restart }] of staying) expect(restart).toBe("unless-stopped");
  });

  it("takes images from a registry by one variable", () => {
    for (const [name, { build, image = "" }] of servicesOf(production)) {
      const own = build !== undefined || !/^(postgres|redis):/.test(image);
      if (own) expect([name, image]).toEqual([name, expect.stringMatching(FROM_REGISTRY)]);
    }
  });

  it("keeps what must last in named volumes", () => {
    const named = Object.keys(production.volumes ?? {});
    const mounts = servicesOf(production).flatMap(([, { volumes = [] }]) => volumes);
    const sources = mounts.map((mount) => withDefaults(mount).split(":")[0] ?? "");
    const kept = sources.filter((source) => !source.startsWith("."));
    expect(new Set(kept)).toEqual(new Set(named));
  });

  it("gives a server the longest round and ten seconds to end", () => {
    // Betting, closing, spinning and result of the tables that are there by default.
    const longestRound = 18 + 2 + 8 + 4;
    const grace = withDefaults(production.services["server"]?.stop_grace_period ?? "");
    expect(Number(/^(\d+)s$/.exec(grace)?.[1])).toBeGreaterThanOrEqual(longestRound + 10);
  });
});

describe("a house for development", () => {
  it("opens its ports to this machine only", () => {
    const ports = servicesOf(development).flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it("publishes no port of the servers, so that there can be several", () => {
    expect(development.services["server"]?.ports).toBeUndefined();
  });
});

describe("every service", () => {
  it.each(both)("%s has a health check of its own, or ends", (_title, name, { healthcheck }) => {
    if (ENDING.has(name)) expect(healthcheck).toEqual({ disable: true });
    else expect(healthcheck?.test?.length).toBeGreaterThan(1);
  });

  it.each(both)("%s has logs that end somewhere", (_title, _name, { logging }) => {
    expect(logging?.options).toMatchObject({
      "max-size": expect.stringMatching(/^\d+m$/),
      "max-file": expect.stringMatching(/^\d$/),
    });
  });

  it.each(both)("%s has a pinned image", (_title, _name, { build, image = "" }) => {
    expect(image).not.toContain("latest");
    if (build === undefined && !image.includes("croupier")) {
      expect(image).toMatch(/^[a-z]+:\d+\.\d+/);
    }
  });
});
