/** A Postgres of a test file's own, which may be stopped, crashed, and put to sleep. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbedded } from "../db/embedded.ts";
import { findBinaries } from "../db/embeddedBinaries.ts";
import { choosePostgresUser } from "../db/embeddedUser.ts";
import { findPostmaster } from "../db/postmaster.ts";
import { createLogger } from "../platform/log.ts";

export interface OwnPostgres {
  readonly url: string;
  /** A session of somebody else's. The caller ends it, if the database does not. */
  session(): Promise<pg.Client>;
  /** Runs statements in a session of their own. */
  run(...statements: readonly string[]): Promise<void>;
  /** Every connection ends at once; no more are taken. */
  stop(mode: "fast" | "immediate"): Promise<void>;
  /** Starts (again), on the same port; answers when it takes connections. */
  start(): Promise<void>;
  /** Puts the server and everything that it has started to sleep; answers what wakes them. */
  sleep(): Promise<() => Promise<void>>;
  /** Ends it, and removes its folder. */
  close(): Promise<void>;
}

/** Starts one, with no schema yet. */
export async function createOwnPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), "croupier-own-"));
  // Where root runs the tests, Postgres is another user, who must pass through.
  await chmod(dataDir, 0o711);
  const log = createLogger("silent");
  const postgres = await startEmbedded({ dataDir, log, settings, visiting: true });
  const { pgCtl } = await findBinaries();
  const user = await choosePostgresUser({ dataDir, binaries: [pgCtl] });
  const folder = join(dataDir, "postgres");
  const control = (...args: string[]) => user.run(pgCtl, [...args, "-w", "-s", "-D", folder]);
  const session = async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  // Where the run ends without its teardown, at least no server is left behind.
  let postmaster = await findPostmaster(folder);
  const abandon = () => {
    if (postmaster !== null) tryToSignal(postmaster.pid, "SIGQUIT");
  };
  process.once("exit", abandon);
  return {
    url: postgres.url,
    session,
    run: async (...statements) => {
      const client = await session();
      try {
        for (const statement of statements) await client.query(statement);
      } finally {
        await client.end();
      }
    },
    stop: async (mode) => {
      await control("stop", "-m", mode);
    },
    // It starts as it was started before, which `start` would have forgotten.
    start: async () => {
      await control("restart", "-l", join(folder, "start.log"));
      postmaster = await findPostmaster(folder);
    },
    sleep: async () => {
      const asking = await session();
      const { rows } = await asking.query<{ pid: number }>("SELECT pid FROM pg_stat_activity");
      await asking.end();
      const ids = [...rows.map(({ pid }) => pid), ...(postmaster === null ? [] : [postmaster.pid])];
      // The connection that asked has ended by now.
      const signal = (name: NodeJS.Signals) => {
        for (const id of ids) tryToSignal(id, name);
      };
      signal("SIGSTOP");
      return async () => signal("SIGCONT");
    },
    close: async () => {
      process.off("exit", abandon);
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function tryToSignal(id: number, name: NodeJS.Signals): void {
  try {
    process.kill(id, name);
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
