import type { Pool } from "pg";
import { expect } from "vitest";
import { audit } from "../audit/audit.ts";
import type { AuditLine } from "../audit/checks.ts";

/** The whole audit finds nothing wrong. */
export async function expectSoundBooks(pool: Pool): Promise<void> {
  const broken: AuditLine[] = [];
  const tell = (line: AuditLine) => {
    if (!line.ok) broken.push(line);
  };
  await audit(pool, { tell });
  expect(broken).toEqual([]);
}

/** Rewrites the books as their owner can, past all triggers: the audit finds it, and names it so. */
export async function expectNamed(pool: Pool, statements: string, named: RegExp): Promise<void> {
  await pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statements}; COMMIT`);
  const faults: string[] = [];
  const { sound } = await audit(pool, { tell: (line) => faults.push(...line.faults) });
  expect(faults).toContainEqual(expect.stringMatching(named));
  expect(sound).toBe(false);
}
