/**
 * Whose an embedded Postgres is: one server's at a time, which also stops it. Ownership is a lock in
 * a database session of the owner, so it ends with its process, however that ends.
 */
import pg from "pg";
import { retrying } from "../platform/retry.ts";
import { EmbeddedPostgresError } from "./embeddedUser.ts";

/** Any fixed number. */
const LOCK = 0x63726f76;
/** The session of an owner that was killed ends a moment later: some two seconds are enough. */
const PATIENCE = { tries: 20, firstMs: 20, longestMs: 200 };

export interface Ownership {
  release(): Promise<void>;
}

/** Takes the Postgres at `url`, unless another process has it and lives. */
export async function takeOwnership(url: string, dataDir: string): Promise<Ownership> {
  const client = new pg.Client({ connectionString: url, application_name: "croupier owner" });
  // A session that is lost (the database was stopped by hand) is found out by whoever needs it.
  client.on("error", () => undefined);
  await client.connect();
  const take = async () => {
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_lock($1) AS taken",
      [LOCK],
    );
    if (rows[0]?.taken !== true) {
      throw new EmbeddedPostgresError(
        `DATA_DIR: another server uses the database in ${dataDir}; stop it, or set DATA_DIR to a folder of its own.`,
      );
    }
  };
  try {
    await retrying(take, PATIENCE, (error) => error instanceof EmbeddedPostgresError);
  } catch (error) {
    await client.end();
    throw error;
  }
  return { release: () => client.end() };
}
