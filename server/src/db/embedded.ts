/**
 * The embedded Postgres: a cluster of the project's own in `DATA_DIR/postgres`, on 127.0.0.1 only.
 *
 * It is started and stopped through `pg_ctl`, which gives it a session of its own: a Ctrl-C at the
 * terminal reaches the server, not the database that the server still needs for its drain. A server
 * that was killed leaves its Postgres running; the next start adopts it.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import pg from "pg";
import type { Clock } from "../platform/clock.ts";
import { freePort } from "../platform/freePort.ts";
import type { Logger } from "../platform/log.ts";
import { retrying } from "../platform/retry.ts";
import { findBinaries } from "./embeddedBinaries.ts";
import type { Cluster } from "./embeddedCluster.ts";
import { ensureCluster, lastLine, passwordIn, ROLE } from "./embeddedCluster.ts";
import { isUnused, lockServer, lockUse, starting } from "./embeddedLocks.ts";
import { choosePostgresUser, EmbeddedPostgresError } from "./embeddedUser.ts";
import type { Watched } from "./embeddedWatch.ts";
import { EmbeddedWatch } from "./embeddedWatch.ts";
import { inOneLine, isPassing, isRefusedLogin } from "./errors.ts";
import type { FileLock } from "./fileLock.ts";
import { findPostmaster } from "./postmaster.ts";

const DATABASE = "croupier";
/** Servers of before there were file locks own the database by a session of this name. */
const OLDER_OWNER = "croupier owner";
/** The session of one that was killed ends within two seconds. */
const ENDING = { tries: 20, firstMs: 20, longestMs: 200 };
/** A server that is starting, recovering or stopping is waited for: some half a minute. */
const ADOPTION = { tries: 150, firstMs: 50, longestMs: 250 };

/** Chips are never acknowledged before they are on disk: `synchronous_commit` stays on. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "50",
  shared_buffers: "128MB",
  synchronous_commit: "on",
  max_wal_size: "512MB",
  checkpoint_completion_target: "0.9",
  tcp_keepalives_idle: "30",
  timezone: "UTC",
  log_timezone: "UTC",
  // A file for each weekday, begun anew when the day comes round again.
  logging_collector: "on",
  log_directory: "log",
  log_filename: "postgres-%u.log",
  log_truncate_on_rotation: "on",
  log_rotation_age: "1440",
  log_rotation_size: "0",
  log_min_messages: "warning",
  log_checkpoints: "off",
};

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: Logger;
  /** Settings of Postgres that differ from the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** By it the database is started again where it ends by itself; without one it stays ended. */
  readonly clock?: Clock;
  /** Called where it ends by itself, in place of starting it again: somebody else sees to that. */
  readonly ended?: () => void;
  /** Only looks in, beside a server that may own it: takes nothing and leaves it running. */
  readonly visiting?: boolean;
  /** Where others look for it: one that runs already has to be there too. Any free port without one. */
  readonly port?: number;
}

export interface EmbeddedPostgres {
  readonly url: string;
  /** True where it ran already. */
  readonly adopted: boolean;
  /**
   * Stops it, whoever started it; done when nothing of it is left running. A visitor stops what it
   * started itself, unless somebody else uses that by now.
   */
  stop(): Promise<void>;
}

/** Makes the cluster if there is none, starts or adopts its server, and answers its address. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { visiting = false, log } = options;
  const dataDir = resolve(options.dataDir);
  const root = process.getuid?.() === 0;
  // Root's Postgres belongs to another user, who must pass through; what is secret has mode 0600.
  await mkdir(dataDir, { recursive: true, mode: root ? 0o711 : 0o700 });
  const server = visiting ? null : await lockServer(dataDir);
  try {
    const binaries = await findBinaries();
    const user = await choosePostgresUser({ dataDir, binaries: Object.values(binaries) });
    const settings = { ...SETTINGS, ...options.settings };
    const used = await starting(dataDir, async () => {
      const found = await use(dataDir, { user, binaries, settings }, options.port);
      if (!visiting && found.adopted) await refuseBesideOlder(dataDir, found);
      return found;
    });
    log.info({ port: used.port, adopted: used.adopted }, "embedded Postgres is running");
    const watch = options.clock && watchOver(used, { ...options, dataDir, clock: options.clock });
    let stopped: Promise<void> | null = null;
    const leave = async () => {
      await watch?.close();
      await starting(dataDir, async () => {
        used.lock.release();
        if (!visiting || (await isLeftAlone(dataDir, used))) await stop(used.cluster);
      });
      server?.release();
    };
    return {
      url: addressOf(used.cluster, used.port),
      adopted: used.adopted,
      stop: () => {
        stopped ??= leave();
        return stopped;
      },
    };
  } catch (error) {
    server?.release();
    throw error;
  }
}

interface Used {
  readonly cluster: Cluster;
  readonly port: number;
  readonly adopted: boolean;
  /** Says that somebody uses it. */
  readonly lock: FileLock;
}

/** Finds the database running, or makes it run. */
async function use(
  dataDir: string,
  parts: Pick<Cluster, "user" | "binaries" | "settings">,
  wanted?: number,
): Promise<Used> {
  const folder = join(dataDir, "postgres");
  const cluster = { folder, password: await passwordIn(dataDir), ...parts };
  await ensureCluster(cluster);
  const adoptedPort = await adopt(cluster);
  if (adoptedPort === null && !isUnused(dataDir)) {
    throw new EmbeddedPostgresError(
      `DATA_DIR: the database in ${dataDir} is used, and does not run here: go where its server runs (another container?), or stop that.`,
    );
  }
  const port = adoptedPort ?? (await start(cluster, wanted));
  expectPort(port, wanted ?? port);
  const lock = lockUse(dataDir);
  try {
    await ensureDatabase(cluster, port);
  } catch (error) {
    lock.release();
    throw error;
  }
  return { cluster, port, adopted: adoptedPort !== null, lock };
}

/** Whether a visitor that started it is the last one there. */
async function isLeftAlone(dataDir: string, { adopted, cluster, port }: Used): Promise<boolean> {
  return !adopted && isUnused(dataDir) && !(await hasOlderOwner(cluster, port));
}

/** An older server knows nothing of our locks; what it runs is not ours. */
async function refuseBesideOlder(dataDir: string, { cluster, port, lock }: Used): Promise<void> {
  const taken = new EmbeddedPostgresError(
    `DATA_DIR: another server, of an older version, uses the database in ${dataDir}; stop it, or set DATA_DIR to a folder of its own.`,
  );
  const look = async () => {
    if (await hasOlderOwner(cluster, port)) throw taken;
  };
  try {
    await retrying(look, ENDING, (error) => error === taken);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function hasOlderOwner(cluster: Cluster, port: number): Promise<boolean> {
  return asking(cluster, port, async (client) => {
    const { rowCount } = await client.query(
      "SELECT FROM pg_stat_activity WHERE application_name = $1",
      [OLDER_OWNER],
    );
    return rowCount !== 0;
  });
}

function watchOver(
  { cluster, port }: Used,
  { dataDir, log, clock, ended }: EmbeddedOptions & Pick<Watched, "clock">,
): EmbeddedWatch {
  const again = () => starting(dataDir, async () => expectPort(await start(cluster, port), port));
  return new EmbeddedWatch({
    clock,
    log,
    isRunning: async () => (await findPostmaster(cluster.folder)) !== null,
    start: ended === undefined ? again : async () => ended(),
  });
}

function expectPort(port: number, wanted: number): void {
  if (port === wanted) return;
  throw new EmbeddedPostgresError(`somebody started it on port ${port}, not on ${wanted}`);
}

function addressOf({ password }: Cluster, port: number, database = DATABASE): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}`;
}

/** The port of a server that runs on the cluster already, once it takes connections. */
function adopt(cluster: Cluster): Promise<number | null> {
  const find = async () => {
    const running = await findPostmaster(cluster.folder);
    if (running === null) return null;
    const refused = running.port === 0 ? "it has no port yet" : await knock(cluster, running.port);
    if (refused === null) return running.port;
    throw new EmbeddedPostgresError(
      `A Postgres (process ${running.pid}) holds ${cluster.folder} and takes no connections: ${refused}`,
    );
  };
  return retrying(find, ADOPTION, (error) => error instanceof EmbeddedPostgresError);
}

/** Null where the server takes a connection, else why not. */
async function knock(cluster: Cluster, port: number): Promise<string | null> {
  const client = new pg.Client({
    connectionString: addressOf(cluster, port, "postgres"),
    connectionTimeoutMillis: 2_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.end();
    return null;
  } catch (error) {
    if (!isPassing(error) || isRefusedLogin(error)) throw error;
    return inOneLine(error);
  }
}

/** Starts the server, on a free port if none is given. Between choosing and taking it one may go: try again. */
async function start(cluster: Cluster, given?: number): Promise<number> {
  const { binaries, folder, user } = cluster;
  const attempt = async () => {
    // One that was begun by a process that was killed meanwhile.
    const running = await adopt(cluster);
    if (running !== null) return running;
    // What a dead server left keeps a new one from starting, if its number is somebody's by now.
    await rm(join(folder, "postmaster.pid"), { force: true });
    const port = given ?? (await freePort());
    const settings = Object.entries({ ...cluster.settings, port: String(port) });
    const options = settings.map(([name, value]) => `-c ${name}='${value}'`).join(" ");
    const log = join(folder, "start.log");
    const args = ["start", "-w", "-s", "-t", "60", "-D", folder, "-l", log, "-o", options];
    await user.run(binaries.pgCtl, args);
    return port;
  };
  try {
    return await retrying(attempt, { tries: 3, firstMs: 50, longestMs: 200 }, () => true);
  } catch (error) {
    const told = await readFile(join(folder, "start.log"), "utf8").catch(() => "");
    throw new EmbeddedPostgresError(
      `The embedded Postgres in ${folder} does not start: ${told.trim().split("\n").at(-1) || lastLine(error)}`,
      { cause: error },
    );
  }
}

function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  return asking(cluster, port, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

/** Asks the database that is always there. */
async function asking<Answer>(
  cluster: Cluster,
  port: number,
  ask: (client: pg.Client) => Promise<Answer>,
): Promise<Answer> {
  const client = new pg.Client({ connectionString: addressOf(cluster, port, "postgres") });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

async function stop({ binaries, folder, user }: Cluster): Promise<void> {
  if ((await findPostmaster(folder)) === null) return;
  try {
    await user.run(binaries.pgCtl, ["stop", "-w", "-s", "-t", "60", "-m", "fast", "-D", folder]);
  } catch (error) {
    // It may have ended by itself meanwhile.
    if ((await findPostmaster(folder)) !== null) throw error;
  }
}
