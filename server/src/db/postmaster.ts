/** What a cluster's folder tells of the server that runs on it: its file `postmaster.pid`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What reading tells of a process that has just ended. */
const GONE: ReadonlySet<string> = new Set(["ENOENT", "ESRCH"]);

export interface Postmaster {
  readonly pid: number;
  /** 0 while it has not said yet. */
  readonly port: number;
}

/** The server that runs on `cluster`, or null; a file left behind by a dead one counts as none. */
export async function findPostmaster(cluster: string): Promise<Postmaster | null> {
  const lines = await readFile(join(cluster, "postmaster.pid"), "utf8").then(
    (text) => text.split("\n"),
    (error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    },
  );
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !(await isPostgres(pid))) return null;
  return { pid, port: Number(lines[3] ?? 0) || 0 };
}

/** True where the process lives and is a Postgres, as far as this platform tells. */
async function isPostgres(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  if (process.platform !== "linux") return true;
  // A number is given to another process in time, after a restart of the machine for one; and a dead
  // process keeps its number until somebody asks for its end (state Z).
  const told = await readFile(`/proc/${pid}/stat`, "utf8").catch((error: unknown) => {
    // Anything else, such as too many open files, says nothing about the process.
    if (error instanceof Error && "code" in error && GONE.has(String(error.code))) return "";
    throw error;
  });
  return /^\d+ \(postgres\) [^ZX]/.test(told);
}
