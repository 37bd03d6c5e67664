/**
 * As whom the embedded Postgres runs. It refuses to run as root, so a root hands it to the user
 * `postgres`, or where there is none to `nobody`; anyone else runs it as oneself.
 *
 * That user must reach the programs and the data, which may lie in a folder that is root's alone (a
 * clone in /root): then the right to pass through folders goes along as a capability.
 */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Postgres cannot run here as things are; the message is one line that says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}

export interface PostgresUser {
  /** Runs a program as that user, answers its output; rejects where it fails. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** The ids that files must have for the user to own them; null: nothing to hand over. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/** Finds the user for a cluster below `dataDir`, started by the programs in `binaries`. */
export async function choosePostgresUser(paths: {
  readonly dataDir: string;
  readonly binaries: readonly string[];
}): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return { owner: null, run: (...call) => execute(call) };
  const owner = (await idsOf("postgres")) ?? (await idsOf("nobody"));
  if (owner === null) {
    throw new EmbeddedPostgresError(
      "The embedded Postgres does not run as root, and there is no user `postgres` or `nobody`: start as another user, or set DATABASE_URL.",
    );
  }
  const plain: PostgresUser = {
    owner,
    run: (program, args) => execute([program, args], { ...owner, cwd: "/" }),
  };
  if (await reachable(plain, paths)) return plain;
  const passing = passingThrough(owner);
  if (await reachable(passing, paths)) return passing;
  throw new EmbeddedPostgresError(
    `The embedded Postgres, which root runs as another user, cannot reach ${await firstClosed(paths)}: set DATA_DIR or move the program to a folder open to all users, or set DATABASE_URL.`,
  );
}

async function execute(
  [program, args]: readonly [program: string, args: readonly string[]],
  options: { uid?: number; gid?: number; cwd?: string } = {},
): Promise<string> {
  const { stdout } = await run(program, [...args], {
    ...options,
    maxBuffer: 1024 * 1024,
  });
  return stdout;
}

async function idsOf(name: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** The user, with root's right to pass through closed folders (Linux, util-linux). */
function passingThrough(owner: { readonly uid: number; readonly gid: number }): PostgresUser {
  const capabilities = "+dac_read_search,+dac_override";
  const args = [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    "--clear-groups",
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
    "--",
  ];
  return {
    owner,
    run: (program, rest) => execute(["setpriv", [...args, program, ...rest]], { cwd: "/" }),
  };
}

async function reachable(
  user: PostgresUser,
  { dataDir, binaries }: { readonly dataDir: string; readonly binaries: readonly string[] },
): Promise<boolean> {
  const test =
    'test -x "$1" && shift && for file; do test -r "$file" && test -x "$file" || exit 1; done';
  return user.run("/bin/sh", ["-c", test, "sh", dataDir, ...binaries]).then(
    () => true,
    () => false,
  );
}

/** The outermost folder on the way that others may not enter. */
async function firstClosed(paths: {
  readonly dataDir: string;
  readonly binaries: readonly string[];
}): Promise<string> {
  for (const path of [paths.dataDir, ...paths.binaries]) {
    const folders: string[] = [];
    for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
      folders.unshift(folder);
    }
    for (const folder of folders) {
      const { mode } = await stat(folder);
      if ((mode & 0o001) === 0) return folder;
    }
  }
  return paths.dataDir;
}
