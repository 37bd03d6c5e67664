/**
 * The composition of the server, from the database up to the open door; and the way back.
 *
 *   database ─▶ store ─▶ tables ─▶ rooms ─▶ transport ─▶ open
 *
 * Whatever was opened is closed in the opposite order, each part within a bound: a round that is
 * running goes on from the database at the next start, so no round has to be waited for.
 */
import { fileURLToPath } from "node:url";
import type { IRoomCache } from "@colyseus/core";
import { matchMaker } from "@colyseus/core";
import type { Pool } from "pg";
import { recordAdminAction } from "./admin/auditLog.ts";
import type { GateOptions } from "./admin/gate.ts";
import { atGate, Looks } from "./admin/gate.ts";
import { AdminSessions } from "./admin/session.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { openCluster } from "./cluster/cluster.ts";
import { EventDesk } from "./cluster/eventDesk.ts";
import type { FloorBooks } from "./cluster/houseFloor.ts";
import { ReadCache } from "./cluster/readCache.ts";
import { RedisAwayError } from "./cluster/redisHealth.ts";
import { RedisReads } from "./cluster/sharedReads.ts";
import { loggable } from "./config/config.ts";
import type { ContextOptions } from "./contextOptions.ts";
import { openDatabase } from "./database.ts";
import { followIdentity } from "./db/identity.ts";
import { createHttpHandler } from "./http/handler.ts";
import type { ChatBanBook, PlayerBook } from "./http/ports.ts";
import { createArchive, createChatBanBook, createPlayerBook } from "./http/records.ts";
import { createHouseRouter } from "./http/router.ts";
import { StaticFiles } from "./http/staticFiles.ts";
import { playerOf, signTokensWith } from "./http/tokens.ts";
import { openDoor, openMetrics } from "./openDoor.ts";
import { drainMs, openTables, stopMs } from "./openTables.ts";
import type { Clock } from "./platform/clock.ts";
import { Closers } from "./platform/closers.ts";
import type { Metrics } from "./platform/metrics.ts";
import { createMetrics } from "./platform/metrics.ts";
import { within } from "./platform/within.ts";
import { createPlayers } from "./players/players.ts";
import type { Arrivals } from "./rooms/arrivals.ts";
import { BalanceHub } from "./rooms/balanceHub.ts";
import type { House } from "./rooms/house.ts";
import { standingsOf, summaryByBooks } from "./rounds/standings.ts";
import type { Floor } from "./tables/floor.ts";
import { ownFloor } from "./tables/floor.ts";
import type { TableHost } from "./tables/tableHost.ts";
import type { Tables } from "./tables/tables.ts";
import { watchArrivals } from "./watchArrivals.ts";

const CLIENT = fileURLToPath(new URL("../../client/dist", import.meta.url));
const SEAT_KEPT_SECONDS = 60;
const DATABASE_ANSWERS_MS = 1_000;

export interface OpenHouse {
  /** The port that is listened on. */
  readonly port: number;
  readonly hosts: ReadonlyMap<string, TableHost>;
  readonly pool: Pool;
  /**
   * Not ready, no new players, tables at rest, rooms closed, nothing left running. What hangs is passed
   * over, in time for all of it to be over.
   *
   * @param until epoch milliseconds; a round and some seconds from now where nothing is said
   */
  stop(until?: number): Promise<void>;
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
  await openMetrics(metrics, config, closers);
  const database = await openDatabase(options, closers);
  const { pool } = database;
  const { startingChips, dailyChips } = config;
  const people = createPlayers({ pool, clock, startingChips, dailyChips });
  const granted: BalanceHub["tell"] = (...told) => balances.tell(...told);
  const players = createPlayerBook(people, { pool, clock, dailyChips, granted });
  const chatBans = createChatBanBook({ pool, clock });
  // Before a table is taken over from others: it may refuse this process.
  const cluster = await joinCluster(options, pool, closers);
  const tables = await openTables({ ...options, metrics }, database, closers);
  // Hearing of a balance is no arrival: nobody is given chips for it.
  const balanceOf = async (playerId: string) => (await players.find(playerId))?.balance ?? 0;
  const balances = cluster?.balancesOf(tables, balanceOf) ?? new BalanceHub();
  const events = { pool, tables: config.tables, clock, log, redis: cluster?.redis ?? null };
  const desk = new EventDesk(events);
  closers.add("events", () => desk.close());
  const floor = cluster?.floorOf(tables, floorBooks(tables, pool, clock)) ?? ownFloor(tables);
  const wins = () => desk.wins;
  const reach = watchArrivals({ ...options, tables, metrics }, closers);
  const shared = { floor, wins, balances, cluster, arrivals: reach.arrivals };
  const house = houseOf({ ...options, ...shared, tables, players, chatBans, metrics });
  const gate = gateOf(options, pool);
  const files = new StaticFiles(CLIENT);
  let stopping = false;
  const router = createHouseRouter({
    tables,
    floor,
    clock,
    players,
    reads: new ReadCache({ clock, shared: cluster && new RedisReads(cluster.redis) }),
    wins,
    archive: createArchive({ pool, leaders: (period) => desk.leaders(period) }),
    log,
    gate,
    chatBans,
    files,
    stopping: () => stopping,
    outOfReach: () => tables.isAside,
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
  const door = { options, house, cluster, router, handle, heard: reach.heard };
  const leadsOn = () => tables.hasOthers && house.reachesOthers();
  const port = await openDoor({ ...door, stopping: () => stopping, leadsOn }, closers);
  await reach.look();
  return {
    port,
    hosts: tables.hosts,
    pool,
    stop: async (until = clock.now() + stopMs(config.tables)) => {
      stopping = true;
      const drained = Math.min(clock.now() + drainMs(config.tables), until);
      await within(tables.drain(), drained - clock.now(), clock);
      await closers.close(until);
    },
  };
}

/** Null where this process is the whole house. */
async function joinCluster(
  { config, clock, log }: ContextOptions,
  pool: Pool,
  closers: Closers,
): Promise<Cluster | null> {
  if (config.redisUrl === null) return null;
  const house = await followIdentity(pool, clock);
  const cluster = await openCluster({ url: config.redisUrl, house, clock, log });
  closers.add("redis", () => cluster.close());
  return cluster;
}

/** How tables stand that other processes run, by census and books. */
function floorBooks(tables: Tables, pool: Pool, clock: Clock): FloorBooks {
  return {
    isElsewhere: (tableId) => tables.playersElsewhere(tableId) !== null,
    summaries: async (tableIds) => {
      const standings = await standingsOf(pool, tableIds);
      return standings.flatMap((standing) => {
        const config = tables.configs.find(({ tableId }) => tableId === standing.tableId);
        const players = tables.playersElsewhere(standing.tableId) ?? 0;
        if (config === undefined) return [];
        return [summaryByBooks(config, standing, { players, now: clock.now() })];
      });
    },
  };
}

/** Whether the database answers, soon. */
function answers(pool: Pool, clock: Clock): Promise<boolean> {
  const query = pool.query("SELECT 1").then(() => true);
  return within(query, DATABASE_ANSWERS_MS, clock).then((done) => done && query.catch(() => false));
}

/** Of the process that has the room; null where none is known, or Redis cannot be asked for now. */
async function publicAddressOf(roomId: string): Promise<string | null> {
  try {
    const room = (await matchMaker.driver.findOne({ roomId })) as IRoomCache | undefined;
    return room?.publicAddress ?? null;
  } catch (error) {
    if (error instanceof RedisAwayError) return null;
    throw error;
  }
}

function gateOf({ config, secrets, clock }: ContextOptions, pool: Pool): GateOptions {
  return {
    sessions: new AdminSessions(secrets),
    now: () => clock.now(),
    looks: new Looks(),
    hasRoom: (roomId) => matchMaker.getLocalRoomById(roomId) !== undefined,
    addressOf: async (roomId) => {
      const address = await publicAddressOf(roomId);
      // It has just left this process.
      return address === config.publicAddress ? null : address;
    },
    record: (action) => recordAdminAction(pool, { ...action, at: new Date(clock.now()) }),
  };
}

interface HouseParts extends ContextOptions {
  readonly tables: Tables;
  readonly floor: Floor;
  readonly wins: House["wins"];
  readonly balances: BalanceHub;
  readonly cluster: Cluster | null;
  readonly players: PlayerBook;
  readonly chatBans: ChatBanBook;
  readonly metrics: Metrics;
  readonly arrivals: Arrivals;
}

function houseOf(parts: HouseParts): House {
  const { tables, floor, wins, balances, cluster, arrivals, players, chatBans } = parts;
  const { metrics, log, clock } = parts;
  return {
    tables,
    floor,
    wins,
    balances,
    arrivals,
    clock,
    log,
    seatKeptSeconds: parts.seatKeptSeconds ?? SEAT_KEPT_SECONDS,
    identify: async (token) => {
      const playerId = await playerOf(token);
      const player = playerId === null ? null : await players.find(playerId);
      return player === null ? null : { playerId: player.playerId, name: player.name };
    },
    hasTable: (tableId) => tables.has(tableId),
    reachesOthers: () => cluster?.state() === "ok",
    isAside: () => tables.isAside,
    arrive: async (playerId) => (await players.arrive(playerId))?.balance ?? 0,
    chatBanOf: (playerId) => chatBans.of(playerId),
    alarm: (part) => metrics.alarm(part),
  };
}
