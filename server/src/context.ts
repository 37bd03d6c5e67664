/**
 * The composition of the server, from the database up to the open door; and the way back.
 *
 *   database ─▶ store ─▶ tables ─▶ rooms ─▶ transport ─▶ open
 *
 * Whatever was opened is closed in the opposite order, each part within a bound: a round that is
 * running goes on from the database at the next start, so no round has to be waited for.
 */
import { fileURLToPath } from "node:url";
import type { Router } from "@colyseus/core";
import { matchMaker, Server } from "@colyseus/core";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Pool } from "pg";
import { recordAdminAction } from "./admin/auditLog.ts";
import type { GateOptions } from "./admin/gate.ts";
import { atGate, Looks } from "./admin/gate.ts";
import { AdminSessions } from "./admin/session.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { openCluster } from "./cluster/cluster.ts";
import { EventDesk } from "./cluster/eventDesk.ts";
import { ReadCache } from "./cluster/readCache.ts";
import type { Config } from "./config/config.ts";
import { loggable } from "./config/config.ts";
import { ConfigError } from "./config/configError.ts";
import type { Secrets } from "./config/secrets.ts";
import type { Database } from "./database.ts";
import { openDatabase } from "./database.ts";
import { createHttpHandler } from "./http/handler.ts";
import type { PlayerBook } from "./http/ports.ts";
import { createArchive, createPlayerBook } from "./http/records.ts";
import { createHouseRouter } from "./http/router.ts";
import { StaticFiles } from "./http/staticFiles.ts";
import { playerOf, signTokensWith } from "./http/tokens.ts";
import type { Clock } from "./platform/clock.ts";
import { Closers } from "./platform/closers.ts";
import type { Logger } from "./platform/log.ts";
import { colyseusLog } from "./platform/log.ts";
import type { Metrics } from "./platform/metrics.ts";
import { createMetrics, serveMetrics } from "./platform/metrics.ts";
import { uniform } from "./platform/uniform.ts";
import { within } from "./platform/within.ts";
import { createPlayers } from "./players/players.ts";
import { BalanceHub } from "./rooms/balanceHub.ts";
import type { House } from "./rooms/house.ts";
import { openRooms } from "./rooms/openRooms.ts";
import { closedTables } from "./rounds/closedTables.ts";
import { TableLeases } from "./rounds/tableLeases.ts";
import { createPostgresTableStores } from "./rounds/tableStore.ts";
import { claimAddress } from "./tables/claimAddress.ts";
import type { ClosingOptions } from "./tables/closing.ts";
import { Closing } from "./tables/closing.ts";
import type { Floor } from "./tables/floor.ts";
import { ownFloor } from "./tables/floor.ts";
import type { TableHost } from "./tables/tableHost.ts";
import { Tables } from "./tables/tables.ts";
import { tablesObserver } from "./tablesObserver.ts";
import { createTransport } from "./transport/createTransport.ts";

const CLIENT = fileURLToPath(new URL("../../client/dist", import.meta.url));
const SEAT_KEPT_SECONDS = 60;
const DATABASE_ANSWERS_MS = 1_000;
const DRAIN_GRACE_MS = 5_000;

export interface ContextOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Logger;
  readonly clock: Clock;
  /** For tests: seed chains that are made quickly. */
  readonly chainLength?: number;
  /** For tests: seats that are given up soon. */
  readonly seatKeptSeconds?: number;
}

export interface OpenHouse {
  /** The port that is listened on. */
  readonly port: number;
  readonly hosts: ReadonlyMap<string, TableHost>;
  readonly pool: Pool;
  /** Not ready, no new players, tables at rest, rooms closed, nothing left running. */
  stop(): Promise<void>;
}

/** Opens everything; where a part fails, what was opened before it is closed again. */
export async function openHouse(options: ContextOptions): Promise<OpenHouse> {
  const closers = new Closers(options.clock, options.log);
  try {
    return await open(options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function open(options: ContextOptions, closers: Closers): Promise<OpenHouse> {
  const { config, secrets, log, clock } = options;
  log.info({ config: loggable(config) }, "opening");
  signTokensWith(secrets.jwtSecret);
  const metrics = createMetrics();
  await openMetrics(metrics, config.metricsPort, closers);
  const database = await openDatabase(options, closers);
  const { pool } = database;
  const { startingChips, dailyChips } = config;
  const people = createPlayers({ pool, clock, startingChips, dailyChips });
  const players = createPlayerBook(people, { pool, clock, dailyChips });
  const tables = await openTables({ ...options, metrics }, database, closers);
  const cluster = await joinCluster(options, closers);
  const events = { pool, tables: config.tables, clock, log, redis: cluster?.redis ?? null };
  const desk = new EventDesk(events);
  closers.add("events", () => desk.close());
  const floor = cluster?.floorOf(tables) ?? ownFloor(tables);
  const wins = () => desk.wins;
  const house = houseOf({ ...options, tables, floor, wins, cluster, players, metrics });
  const gate = gateOf(options, pool);
  const files = new StaticFiles(CLIENT);
  let stopping = false;
  const router = createHouseRouter({
    tables,
    floor,
    clock,
    players,
    reads: new ReadCache({ clock, redis: cluster?.redis ?? null }),
    wins,
    archive: createArchive({ pool, clock, leaders: (period) => desk.leaders(period) }),
    log,
    gate,
    files,
    stopping: () => stopping,
    databaseAnswers: () => answers(pool, clock),
    redisState: () => cluster?.state() ?? "unused",
  });
  const handle = createHttpHandler({
    log,
    clock,
    files,
    publicAddress: config.publicAddress,
    gate: (request) => atGate(gate, request),
  });
  const port = await openDoor(
    { options, house, cluster, router, handle, stopping: () => stopping },
    closers,
  );
  return {
    port,
    hosts: tables.hosts,
    pool,
    stop: async () => {
      stopping = true;
      await within(tables.drain(), drainMs(config.tables), clock);
      await closers.close();
    },
  };
}

/** Null where this process is the whole house. */
async function joinCluster(
  { config, clock, log }: ContextOptions,
  closers: Closers,
): Promise<Cluster | null> {
  if (config.redisUrl === null) return null;
  const cluster = await openCluster({ url: config.redisUrl, clock, log });
  closers.add("redis", () => cluster.close());
  return cluster;
}

/** The longest that a round may last yet, and some seconds for what is in flight. */
function drainMs(tables: readonly TableConfig[]): number {
  const rounds = tables.map(
    ({ bettingMs, closingMs, spinningMs, resultMs }) =>
      bettingMs + closingMs + spinningMs + resultMs,
  );
  return Math.max(0, ...rounds) + DRAIN_GRACE_MS;
}

async function openMetrics(metrics: Metrics, port: number, closers: Closers): Promise<void> {
  if (port === 0) return;
  const server = await serveMetrics(metrics, port).catch((error: unknown) => {
    throw portError("METRICS_PORT", port, error);
  });
  closers.add("metrics", () => {
    server.close();
    server.closeAllConnections();
  });
}

/** Whether the database answers, soon. */
function answers(pool: Pool, clock: Clock): Promise<boolean> {
  const query = pool.query("SELECT 1").then(() => true);
  return within(query, DATABASE_ANSWERS_MS, clock).then((done) => done && query.catch(() => false));
}

function gateOf({ secrets, clock }: ContextOptions, pool: Pool): GateOptions {
  return {
    sessions: new AdminSessions(secrets),
    now: () => clock.now(),
    looks: new Looks(),
    hasRoom: (roomId) => matchMaker.getLocalRoomById(roomId) !== undefined,
    record: (action) => recordAdminAction(pool, { ...action, at: new Date(clock.now()) }),
  };
}

interface TableParts extends ContextOptions {
  readonly metrics: Metrics;
}

/** The tables that this process may run; they stop, and give their leases up, with the house. */
async function openTables(
  { config, secrets, clock, log, metrics, chainLength }: TableParts,
  { pool, pipelined }: Database,
  closers: Closers,
): Promise<Tables> {
  const length = chainLength === undefined ? {} : { chainLength };
  const { seedKey } = secrets;
  const stores = createPostgresTableStores({ pool, pipelined, seedKey, clock, log, ...length });
  const { publicAddress } = config;
  const lookNow = () => tables.lookNow();
  const changes = { disconnected: lookNow, released: lookNow };
  const leases = new TableLeases({ pool, log, publicAddress, ...changes });
  const observer = tablesObserver(log, metrics);
  const { tables: configs } = config;
  const tableIds = configs.map(({ tableId }) => tableId);
  const parts = { configs, leases, stores, clock, random: uniform, observer };
  // Without Redis nobody finds a table elsewhere: another process stands by, and takes all or none.
  const tables = new Tables(config.redisUrl === null ? parts : { ...parts, census: leases });
  closers.add("leases", () => leases.leave());
  if (publicAddress !== null) await claimAddress(leases, publicAddress, clock);
  closers.add("tables", () => tables.stop());
  await tables.open();
  closeTables({ ...parts, find: () => closedTables(pool, tableIds), log, metrics }, closers);
  return tables;
}

type ClosingParts = Pick<ClosingOptions, "find" | "leases" | "stores" | "clock"> &
  Pick<TableParts, "log" | "metrics"> & { readonly configs: readonly TableConfig[] };

/** Finishes what runs at tables that nobody has any more. */
function closeTables({ configs, log, metrics, ...parts }: ClosingParts, closers: Closers): void {
  const [model] = configs;
  if (model === undefined) return;
  const closing = new Closing({
    ...parts,
    model,
    finished: ({ tableId, round }) =>
      log.warn({ tableId, round }, "finished the last round of a closed table"),
    failed: (tableId, error) => {
      metrics.alarm("closing");
      log.error({ err: error, tableId }, "the last round of a closed table cannot be finished");
    },
  });
  closers.add("closed tables", () => closing.stop());
  closing.start();
}

interface HouseParts extends ContextOptions {
  readonly tables: Tables;
  readonly floor: Floor;
  readonly wins: House["wins"];
  readonly cluster: Cluster | null;
  readonly players: PlayerBook;
  readonly metrics: Metrics;
}

function houseOf(parts: HouseParts): House {
  const { tables, floor, wins, cluster, players, metrics, log, clock, seatKeptSeconds } = parts;
  const balanceOf = async (playerId: string) => (await players.arrive(playerId))?.balance ?? 0;
  return {
    tables,
    floor,
    wins,
    balances: cluster?.balancesOf(tables, balanceOf) ?? new BalanceHub(),
    clock,
    log,
    seatKeptSeconds: seatKeptSeconds ?? SEAT_KEPT_SECONDS,
    identify: async (token) => {
      const playerId = await playerOf(token);
      const player = playerId === null ? null : await players.find(playerId);
      return player === null ? null : { playerId: player.playerId, name: player.name };
    },
    reachesOthers: () => cluster?.state() === "ok",
    balanceOf,
    alarm: (part) => metrics.alarm(part),
  };
}

interface Door {
  readonly options: ContextOptions;
  readonly house: House;
  readonly cluster: Cluster | null;
  readonly router: Router;
  readonly handle: ReturnType<typeof createHttpHandler>;
  readonly stopping: () => boolean;
}

/** Rooms behind the transport, and then the port. */
async function openDoor(
  { options, house, cluster, router, handle, stopping }: Door,
  closers: Closers,
): Promise<number> {
  const { config, log } = options;
  const { trustProxy, publicAddress } = config;
  const transport = await createTransport(config.transport, { trustProxy, log, handle });
  closers.add("transport", () => transport.shutdown());
  const server = new Server({
    transport,
    logger: colyseusLog(log),
    gracefullyShutdown: false,
    greet: false,
    // The lease has chosen the process already.
    selectProcessIdToCreateRoom: async () => matchMaker.processId,
    ...(cluster === null ? {} : { presence: cluster.presence, driver: cluster.driver }),
    ...(publicAddress === null ? {} : { publicAddress }),
  });
  server.router = router;
  await openRooms(server, house, stopping);
  closers.add("rooms", () => matchMaker.gracefullyShutdown());
  try {
    await server.listen(config.port);
  } catch (error) {
    throw portError("PORT", config.port, error);
  }
  return transport.port;
}

function portError(name: string, port: number, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return new ConfigError(`${name} is ${port}, but that port is in use; it takes a free one.`);
  }
  if (code === "EACCES") {
    return new ConfigError(
      `${name} is ${port}, but this user may not open it; it takes one from 1024 on.`,
    );
  }
  return error;
}
