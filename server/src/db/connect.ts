import type { Pool } from "pg";
import { inOneLine } from "./errors.ts";

/** The database cannot be reached at start; the message is one line that names the variable. */
export class DatabaseUnreachableError extends Error {
  override readonly name = "DatabaseUnreachableError";
}

/** Resolves when the database answers; else throws one line that names DATABASE_URL. */
export async function connectOrExplain(pool: Pool): Promise<void> {
  try {
    await pool.query("SELECT 1");
  } catch (error) {
    throw new DatabaseUnreachableError(
      `DATABASE_URL: the database does not answer (${inOneLine(error)}). It takes postgres://user:password@host:port/database of a running Postgres, or leave it unset for the embedded one.`,
      { cause: error },
    );
  }
}
