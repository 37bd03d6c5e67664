/**
 * Who may do what with the embedded Postgres of a data folder:
 *
 *   server.lock     one server's for as long as it lives
 *   users.lock      shared by that server and by who looks in; nobody starts a database beside them
 *   starting.lock   one process's at a time, while it starts, adopts or stops the database
 *
 * So nobody adopts what is being stopped, and no two start one at the same moment, in one container or
 * in two.
 */
import { join } from "node:path";
import type { RetryBounds } from "../platform/retry.ts";
import { retrying } from "../platform/retry.ts";
import { EmbeddedPostgresError } from "./embeddedUser.ts";
import { inOneLine } from "./errors.ts";
import type { FileLock, LockMode } from "./fileLock.ts";
import { tryLock } from "./fileLock.ts";

/** One that was killed a moment ago is gone within two seconds. */
const ENDING = { tries: 20, firstMs: 20, longestMs: 200 };
/** Longer than a start and a stop may take: some three minutes. */
const STARTING = { tries: 750, firstMs: 20, longestMs: 250 };

/** Makes the folder's server of this process; throws {@link EmbeddedPostgresError} beside another one. */
export function lockServer(dataDir: string): Promise<FileLock> {
  const line = `DATA_DIR: another server uses the database in ${dataDir}; stop it, or set DATA_DIR to a folder of its own.`;
  return waitFor(join(dataDir, "server.lock"), ENDING, line);
}

/** Runs `work` while nobody else starts, adopts or stops the folder's database. */
export async function starting<Answer>(
  dataDir: string,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const line = `DATA_DIR: another program does not get done with starting or stopping the database in ${dataDir}; end it.`;
  const lock = await waitFor(join(dataDir, "starting.lock"), STARTING, line);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Counts this process among those who use the folder's database. Within {@link starting}. */
export function lockUse(dataDir: string): FileLock {
  const lock = lockFile(usersOf(dataDir), "shared");
  if (lock === null) throw new Error("somebody looked for users without locking the start");
  return lock;
}

/** True where nobody uses the folder's database. Within {@link starting}. */
export function isUnused(dataDir: string): boolean {
  const lock = lockFile(usersOf(dataDir), "alone");
  lock?.release();
  return lock !== null;
}

const usersOf = (dataDir: string): string => join(dataDir, "users.lock");

/** Waits for `file`, and says `line` where it is in vain. */
function waitFor(file: string, patience: RetryBounds, line: string): Promise<FileLock> {
  const taken = new EmbeddedPostgresError(line);
  const take = async () => {
    const lock = lockFile(file, "alone");
    if (lock === null) throw taken;
    return lock;
  };
  return retrying(take, patience, (error) => error === taken);
}

function lockFile(file: string, mode: LockMode): FileLock | null {
  try {
    return tryLock(file, mode);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `DATA_DIR takes a folder that can be written to; ${file}: ${inOneLine(error)}`,
      { cause: error },
    );
  }
}
