/**
 * Locks of the operating system, on files. One ends with its process, however that ends, and holds
 * between containers that share a volume, where process ids say nothing.
 *
 * SQLite is the one part of Node.js that takes them. The files stay empty.
 */
import { DatabaseSync } from "node:sqlite";

/** `shared`: beside others who share it. */
export type LockMode = "alone" | "shared";

export interface FileLock {
  /** A second time does nothing. */
  release(): void;
}

/** A lock that nobody refers to is collected, and would end by that. */
const held = new Set<DatabaseSync>();

const BUSY = 5;
const TAKEN: Readonly<Record<LockMode, string>> = {
  alone: "BEGIN EXCLUSIVE",
  shared: "BEGIN; SELECT count(*) FROM sqlite_schema",
};

/** Locks `file`, which is made where there is none; null where somebody, be it this process, is in the way. */
export function tryLock(file: string, mode: LockMode): FileLock | null {
  const database = new DatabaseSync(file);
  const release = () => {
    if (held.delete(database)) database.close();
  };
  held.add(database);
  try {
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec(TAKEN[mode]);
    return { release };
  } catch (error) {
    release();
    if (error instanceof Error && "errcode" in error && error.errcode === BUSY) return null;
    throw error;
  }
}
