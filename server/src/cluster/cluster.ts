/**
 * What a process needs of Redis to be one of several: where rooms are, and how to reach them. Nothing
 * that chips depend on; a house without it, or whose Redis is away, runs its tables as before.
 */
import type { MatchMakerDriver, Presence } from "@colyseus/core";
import { matchMaker } from "@colyseus/core";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import { uniform } from "../platform/uniform.ts";
import { within } from "../platform/within.ts";
import { BalanceHub } from "../rooms/balanceHub.ts";
import type { Floor } from "../tables/floor.ts";
import type { HouseTables } from "../tables/tables.ts";
import type { BalanceNewsOptions } from "./balanceNews.ts";
import { BalanceNews } from "./balanceNews.ts";
import { claimRedis } from "./houseClaim.ts";
import { HouseDriver } from "./houseDriver.ts";
import type { FloorBooks } from "./houseFloor.ts";
import { HouseFloor } from "./houseFloor.ts";
import { HousePresence } from "./housePresence.ts";
import { News } from "./news.ts";
import { addressOf, colyseusConnection, REDIS_ANSWERS_MS } from "./redisAddress.ts";
import { RedisConnection } from "./redisConnection.ts";
import type { RedisState } from "./redisHealth.ts";
import { RedisHealth, RedisLoginError, RedisUnfitError } from "./redisHealth.ts";
import { isSeated, seatedWithoutResult } from "./whoSits.ts";

export interface ClusterOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * What the house is called just now: the same for all its processes, and for no others. It is asked
   * each second, and never rejects.
   */
  readonly house: () => Promise<string>;
  /** Those of these processes that live; without it: those that show it in Redis. */
  readonly living?: (processIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

export interface Cluster {
  readonly presence: Presence;
  readonly driver: MatchMakerDriver;
  /** The project's own connection. */
  readonly redis: RedisConnection;
  state(): RedisState;
  /** All tables, told to and heard from the other processes; `books` are asked where nothing is heard. */
  floorOf(tables: HouseTables, books: FloorBooks): Floor;
  /** Balances, told to and heard from the other processes; `balanceOf` is asked for what was heard. */
  balancesOf(tables: HouseTables, balanceOf: (playerId: string) => Promise<number>): BalanceHub;
  /** Takes this process's rooms away and ends the connections. */
  close(): Promise<void>;
}

/** A start waits for Redis this long, and then goes on without it. */
export const START_MS = 1_000;
const PROBE_MS = 1_000;

/**
 * Throws {@link RedisLoginError} where Redis does not let this process in, and {@link RedisUnfitError}
 * where another house lives there, or it is too old.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { url, clock, log, house, living } = options;
  const address = addressOf(url);
  const connection = colyseusConnection(address, uniform);
  const health = new RedisHealth(log, clock);
  const events = new RedisConnection({ address, health, clock, random: uniform });
  const news = new News(events, log);
  const closings: (() => void)[] = [];
  const presence = new HousePresence({ connection, health, clock, log });
  const driver = new HouseDriver({
    connection,
    health,
    clock,
    processId: () => matchMaker.processId,
    staysHome: ({ name }) => name === "lobby",
    ...(living === undefined ? {} : { living }),
  });
  // Who lives is shown by the board's beats: Colyseus' own way takes a busy process for a dead one.
  matchMaker.setHealthChecksEnabled(false);
  let claimedBy = "";
  const claim = async (): Promise<void> => {
    try {
      const now = await house();
      await claimRedis(events, { now, before: claimedBy });
      claimedBy = now;
      const wasOurs = health.isOurs;
      health.claimed();
      if (wasOurs) return;
      events.hearsAgain();
      void driver.beat();
    } catch (error) {
      if (error instanceof RedisUnfitError) return health.found(error);
      // The next one may find it there.
      health.failed(error, "this house's claim");
    }
  };
  health.expectClaim();
  events.connected(() => void claim());
  const stopProbing = repeat(clock, PROBE_MS, async () => {
    await Promise.all([presence.probe(), claim()]);
  });
  const cluster: Cluster = {
    presence,
    driver,
    redis: events,
    state: () => health.state,
    floorOf: (tables, books) => {
      const floor = new HouseFloor({ tables, news, books, clock, log });
      closings.push(() => floor.close());
      return floor;
    },
    balancesOf: (tables, balanceOf) => {
      const balances = balancesOf(tables, { news, clock, log, balanceOf });
      closings.push(() => balances.news.close());
      return balances.hub;
    },
    close: async () => {
      health.close();
      stopProbing();
      for (const close of closings) close();
      events.close();
      await driver.shutdown();
      presence.shutdown();
    },
  };
  await within(health.untilSettled(), START_MS, clock);
  // Whether the house may be here at all is on its way.
  const isAsked = events.isConnected && !health.isOurs;
  if (isAsked) await within(health.untilSettled(), REDIS_ANSWERS_MS, clock);
  const refusal = refusalOf(health);
  if (refusal === null) return cluster;
  await cluster.close();
  throw refusal;
}

/** What only an operator puts right, as far as is known. */
function refusalOf({ notLetIn, unfit }: RedisHealth): Error | null {
  if (notLetIn === null) return unfit;
  return new RedisLoginError(
    `REDIS_URL: this Redis knows the user or password not (${notLetIn}). It takes redis://user:password@host:port, or redis://:password@host:port.`,
  );
}

function balancesOf(
  tables: HouseTables,
  options: Pick<BalanceNewsOptions, "news" | "clock" | "log" | "balanceOf">,
): { readonly hub: BalanceHub; readonly news: BalanceNews } {
  const hub = new BalanceHub((playerId) => news.changed(playerId));
  const states = () => [...tables.hosts.values()].map(({ state }) => state);
  const news = new BalanceNews({
    ...options,
    isHere: (playerId) => isSeated(states(), playerId),
    everyoneHere: () => seatedWithoutResult(states()),
    hub,
  });
  return { hub, news };
}

/** Does `work` again and again, each time so long after the last one ended; answers what stops it. */
function repeat(clock: Clock, pauseMs: number, work: () => Promise<void>): () => void {
  let stopped = false;
  let timer = clock.at(clock.now() + pauseMs, turn);
  function turn(): void {
    void work().finally(() => {
      if (!stopped) timer = clock.at(clock.now() + pauseMs, turn);
    });
  }
  return () => {
    stopped = true;
    timer.cancel();
  };
}
