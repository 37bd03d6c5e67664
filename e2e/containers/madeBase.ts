/** Base backups that are made up, as the scripts of the backup find them in its folder. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const ago = (ms: number): Date => new Date(Date.now() - ms);

/** Makes one of `life` (`<system>-<timeline>`) in the backups' folder that ended some time ago; its path. */
export function makeBase(backups: string, life: string, ageMs: number): string {
  // 20261121T120000Z
  const finished = ago(ageMs)
    .toISOString()
    .replace(/[-:]|\.\d+/g, "");
  const base = join(backups, life, "base", finished);
  mkdirSync(base, { recursive: true });
  writeFileSync(join(base, "backup_manifest"), "");
  return base;
}
