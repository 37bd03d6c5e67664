/**
 * Whose an embedded Postgres is: one server's at a time, which also stops it. Ownership is a lock in
 * a database session of the owner, so it ends with its process, however that ends.
 *
 * It ends with the session as well, which the database may end by itself: where one of its processes
 * crashes it restarts. So a session that is lost is taken anew, and whoever lost it for good to another
 * server leaves the database to that one.
 */
import pg from "pg";
import type { Logger } from "../platform/log.ts";
import { retrying } from "../platform/retry.ts";
import { EmbeddedPostgresError } from "./embeddedUser.ts";

/** Any fixed number. */
const LOCK = 0x63726f76;
/** The session of an owner that was killed ends a moment later: some two seconds are enough. */
const PATIENCE = { tries: 20, firstMs: 20, longestMs: 200 };
/** As long as it takes: nothing else waits for it. */
const TAKE_AGAIN = { tries: Number.POSITIVE_INFINITY, firstMs: 20, longestMs: 1_000 };

export interface Ownership {
  /** Gives it up; true where this was the owner until now. */
  release(): Promise<boolean>;
}

/** Takes the Postgres at `url`, unless another process has it and lives. */
export async function takeOwnership(
  url: string,
  { dataDir, log }: { readonly dataDir: string; readonly log: Logger },
): Promise<Ownership> {
  const owner = new Owner(url, dataDir, log);
  await retrying(() => owner.take(), PATIENCE, isTaken);
  return owner;
}

const isTaken = (error: unknown): boolean => error instanceof EmbeddedPostgresError;

class Owner implements Ownership {
  readonly #url: string;
  readonly #dataDir: string;
  readonly #log: Logger;
  /** The session that holds the lock. */
  #session: pg.Client | null = null;
  #taking: Promise<void> | null = null;
  #released = false;

  constructor(url: string, dataDir: string, log: Logger) {
    this.#url = url;
    this.#dataDir = dataDir;
    this.#log = log;
  }

  /** Who asks meanwhile gets the same: two sessions of one server would be in each other's way. */
  take(): Promise<void> {
    if (this.#released || this.#session !== null) return Promise.resolve();
    this.#taking ??= this.#open().finally(() => {
      this.#taking = null;
    });
    return this.#taking;
  }

  async #open(): Promise<void> {
    const session = new pg.Client({
      connectionString: this.#url,
      application_name: "croupier owner",
    });
    let ended = false;
    const end = () => {
      ended = true;
      if (this.#session === session) this.#lose();
    };
    session.on("error", end);
    session.on("end", end);
    try {
      await session.connect();
      const { rows } = await session.query<{ taken: boolean }>(
        "SELECT pg_try_advisory_lock($1) AS taken",
        [LOCK],
      );
      if (rows[0]?.taken !== true) {
        throw new EmbeddedPostgresError(
          `DATA_DIR: another server uses the database in ${this.#dataDir}; stop it, or set DATA_DIR to a folder of its own.`,
        );
      }
      if (ended) throw new Error("the session that owns the database ended at once");
    } catch (error) {
      await session.end().catch(() => undefined);
      throw error;
    }
    this.#session = session;
  }

  #lose(): void {
    this.#session = null;
    if (this.#released) return;
    let told = false;
    const again = (error: unknown): boolean => {
      if (isTaken(error) && !told) {
        told = true;
        this.#log.error({ err: error }, "another server has taken the embedded Postgres");
      }
      return !this.#released;
    };
    retrying(() => this.take(), TAKE_AGAIN, again).catch(() => undefined);
  }

  async release(): Promise<boolean> {
    // Lost a moment ago, and not taken anew yet.
    await this.take().catch(() => undefined);
    this.#released = true;
    const session = this.#session;
    await session?.end();
    return session !== null;
  }
}
