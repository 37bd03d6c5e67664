/** `docker/restore.sh` with an engine that is made up: whose books it proves, and what it leaves behind. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repository, startProgram } from "../src/testing/processes.ts";

const RESTORE = join(repository, "docker/restore.sh");
const SECOND = "2026-11-21 12:00:00 UTC";
/** What the setting says, and how Compose calls that volume. */
const DATABASE = "database-20261121T120000Z";
const RESTORED = `house-${DATABASE}`;

/**
 * Keeps what the container `restored` serves in a file. As Compose before 2.0 does, it takes the one that
 * is there for `proof`, whatever volume it was made with; a volume in use is not taken away.
 */
const ENGINE = `#!/bin/bash
here=$(dirname "$0")
volume="house-\${CROUPIER_DATABASE:-database}"
case $* in
  "compose version") ;;
  *" config")
    [ -z "$UNSET" ] || { echo "CROUPIER_HOST is not set" >&2; exit 1; }
    printf 'services:\\n  postgres:\\n    labels:\\n      croupier.database: %s\\n' "$volume"
    printf 'volumes:\\n  database:\\n    name: %s\\n' "$volume" ;;
  *" ps -aq postgres") [ -z "$MOUNTED" ] || echo postgres-1 ;;
  "inspect "*Mounts*" postgres-1") echo "2026-11-21T12:00:00.5Z|False|house|$MOUNTED" ;;
  *" rm --force --stop restored") rm -f "$here/restored" ;;
  *" restore restore "*) touch "$here/volumes/$volume" ;;
  *" run --rm proof")
    [ -e "$here/restored" ] || echo "$volume" >"$here/restored"
    echo "audits the books of $(cat "$here/restored")"
    [ -z "$HANGS" ] || exec sleep infinity
    exit "\${AUDIT:-0}" ;;
  "volume inspect "*) [ -e "$here/volumes/$3" ] ;;
  "volume rm "*) ! grep -qsx "$3" "$here/restored" && rm "$here/volumes/$3" ;;
  *) echo "nobody asks for $*" >&2; exit 2 ;;
esac
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "croupier-restore-"));
  mkdirSync(join(folder, "volumes"));
  writeFileSync(join(folder, "docker"), ENGINE);
  chmodSync(join(folder, "docker"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const restore = (env: Record<string, string> = {}) =>
  startProgram(RESTORE, {
    args: [SECOND],
    env: {
      PATH: `${folder}:${process.env["PATH"]}`,
      COMPOSE_PROJECT_NAME: "house",
      CROUPIER_DATABASE: "",
      ...env,
    },
  });
const left = () => ({
  container: existsSync(join(folder, "restored")),
  volume: existsSync(join(folder, "volumes", RESTORED)),
});

describe("a restore", () => {
  it("ends with the books of what it restored, and says how to go on with them", async () => {
    const { code, stdout, stderr } = await restore().exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`audits the books of ${RESTORED}`);
    expect(stdout).toContain(`is in the volume ${RESTORED}`);
    expect(stdout).toContain(`write CROUPIER_DATABASE=${DATABASE} into docker/.env`);
    expect(left()).toEqual({ container: false, volume: true });
  });

  it("takes the place of an earlier one by the same name, with another second", async () => {
    const env = { CROUPIER_DATABASE: "database-20261120T120000Z" };
    const { code, stdout } = await restore(env).exited;
    expect(code).toBe(0);
    expect(stdout).toContain(`audits the books of ${RESTORED}\n`);
  });

  it("leaves a volume alone that is there already", async () => {
    writeFileSync(join(folder, "volumes", RESTORED), "");
    const { code, stdout, stderr } = await restore().exited;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`to make it anew: docker volume rm ${RESTORED}`);
    expect(left()).toEqual({ container: false, volume: true });
  });

  it("does nothing where Compose says no name of a volume", async () => {
    const { code, stdout, stderr } = await restore({ UNSET: "1" }).exited;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("CROUPIER_HOST is not set");
    expect(left()).toEqual({ container: false, volume: false });
  });

  it("is made beside the database that runs", async () => {
    const beside = { MOUNTED: "house-database-20261120T120000Z" };
    const set = { CROUPIER_DATABASE: "database-20261120T120000Z" };
    expect((await restore({ ...beside, ...set }).exited).code).toBe(0);
  });

  it("does nothing where the settings name another database than the one that runs", async () => {
    const MOUNTED = "house-database-20261120T120000Z";
    const set = { CROUPIER_DATABASE: MOUNTED };
    const { code, stdout, stderr } = await restore({ MOUNTED, ...set }).exited;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*\n$/);
    expect(stderr).toContain(
      `is in the volume ${MOUNTED}, and the settings name house-${MOUNTED}:`,
    );
    expect(stderr).toContain("write CROUPIER_DATABASE=database-20261120T120000Z into docker/.env");
    expect(left()).toEqual({ container: false, volume: false });
  });

  it("leaves nothing where its books are not sound", async () => {
    const { code, stdout } = await restore({ AUDIT: "1" }).exited;
    expect(code).toBe(1);
    expect(stdout).not.toContain("CROUPIER_DATABASE");
    expect(left()).toEqual({ container: false, volume: false });
  });

  it("proves its own books where the database of an earlier one is still up", async () => {
    writeFileSync(join(folder, "restored"), "house-database-20261120T120000Z\n");
    const { code, stdout } = await restore().exited;
    expect(code).toBe(0);
    expect(stdout).toContain(`audits the books of ${RESTORED}`);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("leaves nothing where it is ended by %s", async (signal, code) => {
    const running = restore({ HANGS: "1" });
    await running.sees(/audits the books/);
    running.signal(signal);
    expect((await running.exited).code).toBe(code);
    expect(left()).toEqual({ container: false, volume: false });
  });
});
