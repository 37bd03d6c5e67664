/** The public API, and what signed-in players may read about themselves (INTERFACE "HTTP"). */
import type { Endpoint } from "@colyseus/core";
import { createEndpoint } from "@colyseus/core";
import type { TableConfig } from "@croupier/shared/core/types";
import { PERIODS } from "@croupier/shared/protocol/leaderboard";
import type { Read, Reads } from "../cluster/readCache.ts";
import type { Clock } from "../platform/clock.ts";
import type { Floor, TableSummary } from "../tables/floor.ts";
import { atRest } from "../tables/floor.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { HouseTables } from "../tables/tables.ts";
import { errorResponse } from "../transport/edge.ts";
import { userOf } from "./auth.ts";
import type { Archive, Page, PlayerBook } from "./ports.ts";
import { leaderboardRead, tablesRead } from "./publicReads.ts";
import { playerOf } from "./tokens.ts";
import { beforeOutcome, untoldOf } from "./untold.ts";

const MOST_ROWS = 500;
const DEFAULT_ROWS = 50;

export interface ApiOptions {
  readonly tables: Pick<HouseTables, "configs" | "hosts">;
  readonly floor: Floor;
  readonly clock: Pick<Clock, "now">;
  readonly archive: Archive;
  readonly players: PlayerBook;
  readonly reads: Reads;
  /** The big wins of the house, newest first. */
  readonly wins: () => readonly object[];
}

/** What a request asks for: path parameters, query, and who asks. */
interface Asked {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

type Answer = (asked: Asked) => Promise<object | Response> | object;
type PlayersAnswer = (playerId: string, asked: Asked) => Promise<object | Response>;

const NO_TABLE = () => errorResponse(404, "NOT_FOUND", "There is no such table.");
const NO_ROUND = () => errorResponse(404, "NOT_FOUND", "This table has had no such round yet.");

export function apiEndpoints(options: ApiOptions): Record<string, Endpoint> {
  return { ...tableEndpoints(options), ...playerEndpoints(options) };
}

export function tableEndpoints(options: ApiOptions): Record<string, Endpoint> {
  const { tables, floor, archive, reads, wins } = options;
  const { configs } = tables;
  const tableList = tablesRead(configs);
  const untold = (tableId: string) => untoldOf(tables, tableId, () => options.clock.now());
  return {
    "api-tables": get("/api/tables", () => cached(reads, tableList, () => listOf(configs, floor))),
    "api-table": get("/api/tables/:id", async ({ params }) => {
      const config = configs.find(({ tableId }) => tableId === params["id"]);
      if (config === undefined) return NO_TABLE();
      // Its rules and chains are known also while nobody is known to run it.
      const summary = floor.summary(config.tableId) ?? atRest(config.tableId);
      return { ...detailsOf(config, summary), chains: await archive.chains(config.tableId) };
    }),
    "api-rounds": get("/api/tables/:id/rounds", async ({ params, query }) => {
      const tableId = params["id"] ?? "";
      const page = pageOf(query);
      if (!configs.some((config) => config.tableId === tableId)) return NO_TABLE();
      if (page === null) return badPage();
      const rounds = await archive.recentRounds(tableId, page);
      const isUntold = untold(tableId);
      return { rounds: rounds.filter((round) => !isUntold(round)) };
    }),
    "api-round": get("/api/rounds/:tableId/:round", async ({ params }) => {
      const round = wholeNumber(params["round"]);
      if (round === null) return errorResponse(400, "MALFORMED", "A round is a number from 1 on.");
      const tableId = params["tableId"] ?? "";
      const record = await archive.roundRecord(tableId, round);
      if (record === null) return NO_ROUND();
      return untold(tableId)(record) ? beforeOutcome(record) : record;
    }),
    "api-leaderboard": get("/api/leaderboard", async ({ query }) => {
      const period = PERIODS.find((one) => one === (query["period"] ?? "day"));
      if (period === undefined) {
        return errorResponse(400, "MALFORMED", `period is one of ${PERIODS.join(", ")}.`);
      }
      const load = async () => ({ period, players: await archive.leaderboard(period) });
      return cached(reads, leaderboardRead(period), load);
    }),
    "api-wins": get("/api/wins", () => ({ wins: wins() })),
  };
}

function playerEndpoints({ archive, players }: ApiOptions): Record<string, Endpoint> {
  const mine = (path: string, answer: PlayersAnswer) =>
    get(path, async (asked) => {
      const playerId = await playerOf(bearerOf(asked.headers));
      return playerId === null ? unauthenticated() : answer(playerId, asked);
    });
  const paged = (path: string, name: "bets" | "transfers") =>
    mine(path, async (playerId, { query }) => {
      const page = pageOf(query);
      return page === null ? badPage() : { [name]: await archive[name](playerId, page) };
    });
  return {
    "api-me": mine("/api/me", async (playerId) => {
      const player = await players.arrive(playerId);
      return player === null ? unauthenticated() : userOf(player);
    }),
    "api-me-bets": paged("/api/me/bets", "bets"),
    "api-me-transfers": paged("/api/me/transfers", "transfers"),
    "api-me-sessions": mine("/api/me/sessions", async (playerId) => ({
      sessions: await archive.sessions(playerId),
    })),
  };
}

function get(path: string, answer: Answer): Endpoint {
  return createEndpoint(path, { method: "GET" }, async (context) => {
    const { params = {}, query = {}, request } = context as unknown as Asked & { request: Request };
    try {
      const body = await answer({ params, query, headers: request.headers });
      return body instanceof Response ? body : Response.json(body);
    } catch (error) {
      if (!(error instanceof BankUnavailableError)) throw error;
      return errorResponse(503, "UNAVAILABLE", "The bank does not answer. Try again in a moment.");
    }
  }) as unknown as Endpoint;
}

async function cached(
  reads: Reads,
  read: Read,
  load: () => Promise<object> | object,
): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return new Response(await reads.text(read, load), { headers });
}

function listOf(configs: readonly TableConfig[], floor: Floor): object {
  const tables = configs.flatMap((config) => {
    const summary = floor.summary(config.tableId);
    return summary === null ? [] : [entryOf(config, summary)];
  });
  return { tables };
}

function entryOf(config: TableConfig, summary: TableSummary) {
  const { tableId, name, wheel, zeroRule, maxPlayers, limits } = config;
  const { phase, round, phaseEndsAt, players, lastPockets } = summary;
  return {
    tableId,
    name,
    wheel,
    zeroRule,
    phase,
    round,
    phaseEndsAt,
    players,
    maxPlayers,
    minStake: limits.min,
    lastPockets,
  };
}

function detailsOf(config: TableConfig, summary: TableSummary) {
  const { bettingMs, closingMs, spinningMs, resultMs, limits } = config;
  const { commitment, entropy, totalStake } = summary;
  const timings = { bettingMs, closingMs, spinningMs, resultMs };
  return { ...entryOf(config, summary), ...timings, limits, commitment, entropy, totalStake };
}

function bearerOf(headers: Headers): string | null {
  return /^bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? null;
}

function unauthenticated(): Response {
  const message = "Sign in first: the token is missing, forged or expired.";
  const response = errorResponse(401, "UNAUTHENTICATED", message);
  response.headers.set("www-authenticate", "Bearer");
  return response;
}

function badPage(): Response {
  return errorResponse(
    400,
    "MALFORMED",
    `before and limit are whole numbers from 1 on, limit at most ${MOST_ROWS}.`,
  );
}

/** Null where the query asks for nonsense, or for more rows than there may be. */
function pageOf({ before, limit }: Asked["query"]): Page | null {
  const rows = limit === undefined ? DEFAULT_ROWS : wholeNumber(limit);
  if (rows === null || rows > MOST_ROWS) return null;
  const page = { limit: rows };
  if (before === undefined) return page;
  const from = wholeNumber(before);
  return from === null ? null : { ...page, before: from };
}

function wholeNumber(value: unknown): number | null {
  return typeof value === "string" && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : null;
}
