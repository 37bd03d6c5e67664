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
