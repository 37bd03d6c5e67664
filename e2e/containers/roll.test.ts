/** `docker/roll.sh` with an engine that is made up: what it does where something goes wrong. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repository, startProgram } from "../src/testing/processes.ts";

const ROLL = join(repository, "docker/roll.sh");

/** Keeps the ids of its servers in a file, and everything it is told to do in another. */
const ENGINE = `#!/bin/bash
here=$(dirname "$0")
told() { [[ " $all " == *" $1 "* ]]; }
all=$*
echo "$all" >>"$here/asked"
if told "compose version"; then exit 0; fi
if told "ps -q server"; then cat "$here/servers"; exit 0; fi
if told "ps -aq postgres"; then
  [ -z "$MOUNTED" ] || printf '%s\\n' postgres-run postgres-old postgres-1
  exit 0
fi
if told "config"; then printf 'services:\\n  postgres:\\n    labels:\\n      croupier.database: house-%s\\n' "$DATABASE"; exit 0; fi
if told "ps -q nginx" || told "ps -q backup"; then echo "\${*: -1}-1"; exit 0; fi
if told "migrate" && [ -n "$MIGRATE_FAILS" ]; then echo "disk full" >&2; exit 1; fi
if told "--no-recreate"; then
  if [ -n "$UP_FAILS" ]; then echo "no space left on device" >&2; exit 1; fi
  echo "new-$(wc -l <"$here/asked")" >>"$here/servers"
fi
case $1 in
  inspect)
    case $3 in
      *Mounts*)
        # One made by "run", which some Composes list as well, and one that is left of before.
        echo "2026-11-21T12:00:02.5Z|True|house|another"
        echo "2026-11-21T12:00:00.5Z|False|house|another"
        echo "2026-11-21T12:00:01.5Z|False|house|$MOUNTED" ;;
      *State.Status*) echo "running healthy" ;;
      *ExitCode*) echo "\${CODE:-0}" ;;
      *StopTimeout*) echo 60 ;;
      *) echo "/$4" ;;
    esac ;;
  exec)
    [ -z "$UNREADY" ] || { echo "answered 503" >&2; exit 1; }
    if [ -n "$NO_REDIS" ] && told "/ready redis"; then echo "redis is away" >&2; exit 1; fi ;;
  rm) sed -i "/^\${*: -1}$/d" "$here/servers" ;;
esac
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-roll-"));
  for (const [name, content] of [
    ["docker", ENGINE],
    ["sleep", "#!/bin/sh\n"],
  ] as const) {
    writeFileSync(join(folder, name), content);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, "servers"), "old-1\nold-2\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const roll = (env: Record<string, string> = {}) =>
  startProgram(ROLL, {
    args: [],
    env: {
      PATH: `${folder}:${process.env["PATH"]}`,
      COMPOSE_PROJECT_NAME: "house",
      DATABASE: "database",
      MOUNTED: "house-database",
      ...env,
    },
  }).exited;
const servers = () => readFileSync(join(folder, "servers"), "utf8").trim().split("\n");
const asked = () => readFileSync(join(folder, "asked"), "utf8").trim().split("\n");

describe("replacing a house", () => {
  it("leaves new servers only, and then takes care of Nginx and the backup", async () => {
    const { code, stderr } = await roll();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(servers()).toEqual([expect.stringMatching(/^new-/), expect.stringMatching(/^new-/)]);
    const order = asked();
    // Each by itself: of two, Compose would take Nginx away and let it wait for the other's end.
    for (const service of ["backup", "nginx"]) {
      const replaced = order.findIndex((line) => line.endsWith(`up -d --no-deps ${service}`));
      expect(replaced).toBeGreaterThan(order.lastIndexOf("rm old-2"));
    }
  });

  it("asks Compose for nothing that takes other services with it: Postgres and Redis stay as they are", async () => {
    await roll();
    const making = asked().filter((line) => / (up|run|create|start|restart) /.test(line));
    expect(making).toContainEqual(expect.stringMatching(/ run .* migrate$/));
    expect(making.filter((line) => !line.includes(" --no-deps "))).toEqual([]);
  });

  it.each([
    ["house-database-20261121T120000Z", "write CROUPIER_DATABASE=database-20261121T120000Z into"],
    // As all were called before, whatever their house: no setting names it.
    ["croupier-database", "copy it as docker/README.md says under 'A new version'"],
  ])(
    "does nothing where the database is in %s, and the settings name another",
    async (volume, remedy) => {
      const { code, stdout, stderr } = await roll({ MOUNTED: volume });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^[^\n]*\n$/);
      expect(stderr).toContain(`is in the volume ${volume}, and the settings name house-database`);
      expect(stderr).toContain(remedy);
      expect(servers()).toEqual(["old-1", "old-2"]);
      expect(asked().filter((line) => / (up|run) /.test(line))).toEqual([]);
    },
  );

  it("looks where the database is also where no setting says what the house is called, and Compose knows", async () => {
    const unnamed = { COMPOSE_PROJECT_NAME: "" };
    const { code, stderr } = await roll({ ...unnamed, MOUNTED: "house-database-20261121T120000Z" });
    expect(code).toBe(1);
    expect(stderr).toContain("write CROUPIER_DATABASE=database-20261121T120000Z into docker/.env");
    expect(servers()).toEqual(["old-1", "old-2"]);
    expect((await roll(unnamed)).code).toBe(0);
  });

  it("begins with the database that the settings name where none was ever started", async () => {
    expect((await roll({ MOUNTED: "" })).code).toBe(0);
  });

  it("says why Compose starts no new server, and leaves the old ones", async () => {
    const { code, stderr } = await roll({ UP_FAILS: "1" });
    expect(code).toBe(1);
    expect(stderr).toContain("no space left on device");
    expect(servers()).toEqual(["old-1", "old-2"]);
  });

  it.each(["MIGRATE_FAILS", "UP_FAILS", "UNREADY"])(
    "says that servers of before may not start again, where the tables are newer by now: %s",
    async (fault) => {
      const { code, stderr } = await roll({ [fault]: "1" });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /; the old ones go on\. If the tables were changed none of them starts again, .*: roll a version that knows them\.\n$/,
      );
      expect(servers()).toEqual(["old-1", "old-2"]);
    },
  );

  it("takes a server away that is well and would take no players", async () => {
    const { code, stderr } = await roll({ UNREADY: "1" });
    expect(code).toBe(1);
    expect(stderr).toContain("takes no players: answered 503");
    expect(servers()).toEqual(["old-1", "old-2"]);
  });

  it("goes no further where a new server has no Redis", async () => {
    const { code, stderr } = await roll({ NO_REDIS: "1" });
    expect(code).toBe(1);
    expect(stderr).toContain("redis is away");
    expect(servers()).toEqual(["old-1", "old-2"]);
  });

  it("goes on where a server had to be killed, and tells of it in the end", async () => {
    const { code, stdout, stderr } = await roll({ CODE: "137" });
    expect(code).toBe(1);
    expect(stdout).toContain("old-1 ended with 137");
    expect(stderr).toContain("2 of 2 servers did not end by themselves");
    expect(servers()).toHaveLength(2);
    expect(servers().join()).not.toContain("old");
  });
});
