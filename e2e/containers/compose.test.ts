/** What the Compose files have to keep to, whoever changes them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../src/testing/processes.ts";
import type { ComposeFile } from "./composeFiles.ts";
import {
  environmentOf,
  networksOf,
  readCompose,
  readDockerFile,
  servicesOf,
  withDefaults,
} from "./composeFiles.ts";

const production = readCompose("compose.prod.yaml");
const development = readCompose("compose.yaml");

/** Those that end when their work is done have nothing to be asked. */
const ENDING = new Set(["migrate", "restore", "proof"]);
const FROM_REGISTRY =
  /^\$\{CROUPIER_IMAGES:-localhost\/croupier\}\/\w+:\$\{CROUPIER_VERSION:-[\d.]+\}$/;
/** All but the key of the certificate, which is given as a path. */
const SECRET = /PASSWORD|SECRET|KEY|TOKEN|DATABASE_URL|REDIS_URL/;

/** What a service may do beyond its user: give a volume to that user and become it. */
const BECOMES_A_USER = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"];
const MAY: Readonly<Record<string, readonly string[]>> = {
  postgres: BECOMES_A_USER,
  restored: BECOMES_A_USER,
  redis: BECOMES_A_USER.filter((right) => right !== "FOWNER"),
};
/** Of the edge, what its image and the Compose file have settled between them. */
const SETTLED = ["EDGE_HTTP_LISTEN", "EDGE_HTTPS_LISTEN", "EDGE_CLIENT_DIR", "EDGE_RUN_DIR"];

/**
 * Of the server, what containers have settled between them, what is in files instead, what is worked out
 * for each container, and what is for tests alone.
 */
const SERVER_SETTLED = [
  ...["PORT", "LISTEN_ADDRESS", "DATA_DIR"],
  ...["DATABASE_URL", "REDIS_URL", "JWT_SECRET", "SEED_KEY", "ADMIN_PASSWORD"],
  "PUBLIC_ADDRESS",
  "UNSAFE_DATABASE",
];

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
    (name, service) => {
      expect(service.read_only).toBe(true);
      expect(service.cap_drop).toEqual(["ALL"]);
      expect(service.security_opt).toContain("no-new-privileges:true");
      expect(service.privileged).toBeUndefined();
      expect(service.cap_add ?? []).toEqual(MAY[name] ?? []);
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

  it.each(servicesOf(production))("%s has no secret in its environment", (_name, service) => {
    for (const [name, value] of environmentOf(service)) {
      if (!SECRET.test(name) || name === "EDGE_CERTIFICATE_KEY") continue;
      expect(name).toMatch(/_FILE$/);
      expect(value).toMatch(/^\/run\/secrets\//);
    }
  });

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

  it("has the images of a restore where it is the first that runs, as on a new machine", () => {
    const services = servicesOf(production).map(([, service]) => service);
    const own = services.filter(({ image = "" }) => FROM_REGISTRY.test(image));
    const ofRestore = own.filter(({ profiles = [] }) => profiles.includes("restore"));
    expect(ofRestore).toHaveLength(2);
    for (const { image, build } of ofRestore) {
      const other = own.find((each) => each.profiles === undefined && each.image === image);
      expect(build).toBeDefined();
      expect(build).toEqual(other?.build);
    }
  });

  it("keeps what must last in named volumes", () => {
    const named = Object.keys(production.volumes ?? {});
    const mounts = servicesOf(production).flatMap(([, { volumes = [] }]) => volumes);
    const sources = mounts.map((mount) => withDefaults(mount).split(":")[0] ?? "");
    const kept = sources.filter((source) => !source.startsWith("."));
    expect(new Set(kept)).toEqual(new Set(named));
  });

  it("has no volume in common with another house, whose project has another name", () => {
    // Compose puts the project's name before one that has no name of its own.
    for (const { volumes = {} } of [production, development]) {
      const names = Object.values(volumes).flatMap((volume) => volume?.name ?? []);
      for (const name of names) expect(name).toMatch(/^\$\{COMPOSE_PROJECT_NAME:\?/);
    }
  });

  it("has the volume of the database where a change of it is seen: with what runs on it", () => {
    const name = production.volumes?.["database"]?.name;
    expect(name).toMatch(/-\$\{CROUPIER_DATABASE:-database\}$/);
    for (const service of ["postgres", "restored"]) {
      expect(production.services[service]?.labels).toEqual({ "croupier.database": name });
    }
  });

  it("is read by Compose before 2.0 as well, which takes no name of a project from a file", () => {
    for (const file of [production, development]) expect(Object.keys(file)).not.toContain("name");
  });

  it("does not lose its place to the one for development, which has no port where this one's host is set", () => {
    const ports = development.services["nginx"]?.ports?.map(withDefaults);
    expect(ports).toEqual(["127.0.0.1:8080:8080"]);
    expect(development.services["nginx"]?.ports?.[0]).toContain(
      "8080}$" + "{CROUPIER_HOST:-}:8080",
    );
  });

  it("passes on every setting of the edge that its README or its defaults name", () => {
    const read = (path: string) => readFileSync(join(repository, "nginx", path), "utf8");
    const rows = read("README.md")
      .split("\n")
      .filter((line) => line.startsWith("| `EDGE_"));
    const described = rows.flatMap((row) => (row.split("|")[1] ?? "").match(/EDGE_[A-Z_]+/g) ?? []);
    const defaults = read("defaults.env").match(/^EDGE_[A-Z_]+/gm) ?? [];
    const wanted = [...described, ...defaults].filter((name) => !SETTLED.includes(name));
    expect(wanted).toContain("EDGE_SEAT_TIMEOUT");
    const given = environmentOf(production.services["nginx"] ?? {});
    expect([...given.keys()]).toEqual(expect.arrayContaining(wanted));
  });

  it("passes on every setting of the server that the project's README names, and names it here", () => {
    const readme = readFileSync(join(repository, "README.md"), "utf8");
    const [, section = ""] = readme.split("## Environment");
    const rows = section.split("\n").filter((line) => /^\| `[A-Z_]+`/.test(line));
    const named = rows.flatMap((row) => (row.split("|")[1] ?? "").match(/[A-Z_]+/g) ?? []);
    expect(named).toEqual(expect.arrayContaining(["CLOCK_WAS_AHEAD", ...SERVER_SETTLED]));
    const wanted = named.filter((name) => !SERVER_SETTLED.includes(name));
    const given = environmentOf(production.services["server"] ?? {});
    expect([...given.keys()]).toEqual(expect.arrayContaining(wanted));
    const ours = readDockerFile("README.md");
    for (const name of wanted.filter((setting) => !setting.endsWith("_FILE"))) {
      expect(given.get(name)).toMatch(new RegExp(`^\\$\\{${name}:-`));
      expect(ours).toContain(`\`${name}\``);
    }
  });

  it("takes the word of its operator where the tables are brought up to date, which comes first", () => {
    const given = environmentOf(production.services["migrate"] ?? {});
    expect(given.get("CLOCK_WAS_AHEAD")).toBe("$" + "{CLOCK_WAS_AHEAD:-}");
  });

  it("tells Nginx how many processors it may use: it has a worker for each", () => {
    const given = environmentOf(production.services["nginx"] ?? {});
    const cpus = production.services["nginx"]?.["cpus"];
    expect([given.get("NGINX_CPUS"), withDefaults(given.get("EDGE_WORKERS") ?? "")]).toEqual([
      cpus,
      "",
    ]);
  });

  it("asks for nothing that Compose before 2.0 fills in otherwise: a default within a default", () => {
    for (const name of ["compose.yaml", "compose.prod.yaml"]) {
      expect(readDockerFile(name)).not.toMatch(/\$\{[^}]*\$\{/);
    }
  });

  it("has three servers without being told how many", () => {
    expect(withDefaults(String(production.services["server"]?.scale))).toBe("3");
  });

  it("does not start without the host that browsers see", () => {
    const host = environmentOf(production.services["server"] ?? {}).get("PUBLIC_HOST");
    expect(host).toMatch(/^\$\{CROUPIER_HOST:\?/);
  });

  it.each(servicesOf(production))(
    "%s is asked by itself, and shows no password",
    (_name, service) => {
      const asked = service.healthcheck?.test?.join(" ") ?? "";
      expect(asked).not.toMatch(/-u "|--pass|-a "/);
      expect(asked).not.toMatch(/-h (?!127\.0\.0\.1)/);
    },
  );

  it("closes its door for no longer than it takes to open the next", () => {
    for (const { services } of [production, development]) {
      expect(services["nginx"]?.stop_grace_period).toMatch(/^[1-5]s$/);
    }
    // The other signal waits for the sockets of players.
    expect(readDockerFile("nginx.Dockerfile")).toMatch(/^STOPSIGNAL SIGTERM$/m);
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

describe.each([
  ["production", production],
  ["development", development],
])("the servers in %s", (_where, file) => {
  it("believe the private networks about addresses, or whom the operator names", () => {
    const given = environmentOf(file.services["server"] ?? {}).get("TRUST_PROXY") ?? "";
    expect(given).toMatch(/^\$\{TRUST_PROXY:-/);
    expect(withDefaults(given).split(",")).toEqual([
      "10.0.0.0/8",
      "172.16.0.0/12",
      "192.168.0.0/16",
      "100.64.0.0/10",
      "fd00::/8",
    ]);
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

  it.each(both)(
    "%s has a public image of Postgres or Redis, or one that nobody else can publish",
    (_title, _name, { build, image }) => {
      // Without a name of its own what is built is called by project and service, and asked of no registry.
      if (image === undefined) expect(build).toBeDefined();
      else expect(withDefaults(image)).toMatch(/^((postgres|redis):|localhost\/croupier\/)/);
    },
  );

  it("is built under a name of its own: Compose builds all at once, and an engine refuses the second", () => {
    for (const file of [production, development]) {
      const built = servicesOf(file).filter(
        ([, { build, profiles }]) => build !== undefined && profiles === undefined,
      );
      const names = built.map(([service, { image = service }]) => image);
      expect(names.length).toBeGreaterThan(2);
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it.each(["README.md", "server.Dockerfile", "nginx.Dockerfile", "backup.Dockerfile"])(
    "has in %s the name of an image that nobody else can publish",
    (file) => {
      expect(readDockerFile(file)).toMatch(/localhost\/croupier/);
      expect(readDockerFile(file)).not.toMatch(/\scroupier\/\w/);
    },
  );

  it.each(both)("%s has a pinned image", (_title, _name, { build, image = "" }) => {
    expect(image).not.toContain("latest");
    if (build === undefined && !image.includes("croupier")) {
      expect(image).toMatch(/^[a-z]+:\d+\.\d+/);
    }
  });
});
