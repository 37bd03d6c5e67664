/** Files that a power cut leaves whole: a few small ones that nothing else could bring back. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * Writes `text` to the file at `path`, which its owner alone reads, in place of what was there. Whole or
 * not at all, and on the disk when it returns: with the folder it is in, which is made where there is none.
 */
export function writeDurably(path: string, text: string): void {
  const folder = dirname(path);
  const made = foldersMissing(folder);
  mkdirSync(folder, { recursive: true });
  const making = `${path}.${process.pid}`;
  writeFileSync(making, text, { mode: 0o600 });
  flush(making);
  renameSync(making, path);
  for (const one of [folder, ...made.map(dirname)]) flushFolder(one);
}

/** `folder` and those above it that are not there, the lowest first. */
function foldersMissing(folder: string): readonly string[] {
  return existsSync(folder) ? [] : [folder, ...foldersMissing(dirname(folder))];
}

/** Not every file system flushes folders, and not every folder may be read. */
const NOT_FOR_FOLDERS = ["EACCES", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"];

/** Brings to the disk what is in the folder under which names, as far as that can be asked for. */
export function flushFolder(folder: string): void {
  try {
    flush(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!NOT_FOR_FOLDERS.includes(code)) throw error;
  }
}

function flush(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
