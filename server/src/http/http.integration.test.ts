import { checkRecord, isGenuine } from "@croupier/shared/core/record";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestHouse } from "../testing/openTestHouse.ts";
import {
  betSoon,
  clientAt,
  FAST_TABLE,
  nextMessage,
  openTestHouse,
  SLOW_TABLE,
  sit,
  untilState,
} from "../testing/openTestHouse.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ tables: [SLOW_TABLE, { ...FAST_TABLE, name: "Quick" }] });
});
afterAll(() => house.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what the server says is what is looked at
  readonly body: any;
}

async function ask(path: string, init: RequestInit & { token?: string } = {}): Promise<Answer> {
  const { token, ...rest } = init;
  const headers = new Headers(rest.headers);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(house.url + path, { ...rest, headers, redirect: "manual" });
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json");
  return {
    status: response.status,
    headers: response.headers,
    body: json ? JSON.parse(text) : text,
  };
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

describe("health", () => {
  it("is there while the process lives", async () => {
    expect(await ask("/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  it("is readiness where everything that is needed answers", async () => {
    expect(await ask("/ready")).toMatchObject({
      status: 200,
      body: { status: "ready", checks: { database: "ok", redis: "unused", tables: "ok" } },
    });
  });
});

describe("tables", () => {
  it("are listed", async () => {
    const { body } = await ask("/api/tables");
    expect(body.tables).toMatchObject([
      { tableId: "slow", wheel: "european", zeroRule: "la-partage", phase: "betting", round: 1 },
      { tableId: "fast", name: "Quick" },
    ]);
  });

  it("say all about themselves, with where their seeds begin", async () => {
    const { body } = await ask("/api/tables/slow");
    expect(body).toMatchObject({ bettingMs: 600_000, closingMs: 2_000, limits: { min: 1 } });
    expect(body.chains).toEqual([
      { firstRound: 1, length: 4_096, anchor: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    // The first round is committed to by the anchor.
    expect(body.commitment).toBe(body.chains[0].anchor);
  });

  it("have their rounds on record, and every record checks out", async () => {
    const guest = await house.guest();
    const room = await sit(guest, "fast");
    await room.request("seed", { seed: "for-the-record" });
    const settled = nextMessage<{ round: number }>(room, "settled");
    await untilState(room, ({ round, phase }) => round > 1 && phase === "betting");
    await betSoon(room, {
      op: "on-record",
      chips: [
        ["red", 10],
        ["straight:7", 5],
      ],
    });
    const { round } = await settled;
    const { status, body } = await ask(`/api/rounds/fast/${round}`);
    expect(status).toBe(200);
    expect(isGenuine(checkRecord(body))).toBe(true);
    expect(body).toMatchObject({ tableId: "fast", round, status: "settled" });
    expect(body.bets).toContainEqual({ playerId: guest.playerId, spot: "red", amount: 10 });
    const { body: list } = await ask(`/api/tables/fast/rounds?before=${round + 1}&limit=1`);
    expect(list.rounds).toMatchObject([{ round, status: "settled", pocket: body.pocket }]);
    await room.leave();
  });

  it("tell nothing of a running round that is not public yet", async () => {
    const { body } = await ask("/api/rounds/slow/1");
    expect(body).toMatchObject({ tableId: "slow", round: 1, status: "open" });
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(["seed"]));
    for (const secret of ["seed", "pocket", "payouts"]) expect(body).not.toHaveProperty(secret);
  });
});

describe("what is asked for wrongly", () => {
  it.each<[string, number, string]>([
    ["/api/tables/nowhere", 404, "NOT_FOUND"],
    ["/api/tables/nowhere/rounds", 404, "NOT_FOUND"],
    ["/api/rounds/slow/99999", 404, "NOT_FOUND"],
    ["/api/rounds/nowhere/1", 404, "NOT_FOUND"],
    ["/api/rounds/slow/0", 400, "MALFORMED"],
    ["/api/rounds/slow/1e3", 400, "MALFORMED"],
    ["/api/rounds/slow/-1", 400, "MALFORMED"],
    ["/api/rounds/slow/99999999999999999999", 400, "MALFORMED"],
    ["/api/tables/slow/rounds?limit=x", 400, "MALFORMED"],
    ["/api/tables/slow/rounds?limit=0", 400, "MALFORMED"],
    ["/api/tables/slow/rounds?limit=501", 400, "MALFORMED"],
    ["/api/tables/slow/rounds?before=-5", 400, "MALFORMED"],
    ["/api/tables/slow/rounds?limit=1&limit=2", 400, "MALFORMED"],
    ["/api/leaderboard?period=century", 400, "MALFORMED"],
    ["/api/nothing", 404, "NOT_FOUND"],
    ["/api", 404, "NOT_FOUND"],
    ["/matchmake/join/table", 405, "METHOD_NOT_ALLOWED"],
    ["/auth/login", 405, "METHOD_NOT_ALLOWED"],
    ["/auth/forgot-password", 404, "NOT_FOUND"],
    ["/auth/reset-password", 404, "NOT_FOUND"],
    ["/api/%zz", 400, "MALFORMED"],
    ["/api/me", 401, "UNAUTHENTICATED"],
    ["/api/me/bets", 401, "UNAUTHENTICATED"],
    ["/api/me/transfers", 401, "UNAUTHENTICATED"],
    ["/api/me/sessions", 401, "UNAUTHENTICATED"],
    ["/auth/userdata", 401, "UNAUTHENTICATED"],
  ])("%s is %i %s", async (path, status, code) => {
    const answer = await ask(path);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.error.message).not.toBe("");
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.(ts|js|mjs):\d/);
  });

  it("is refused with the methods that there are", async () => {
    const answer = await post("/api/tables", {});
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("may be malformed in its body", async () => {
    for (const body of ["{", "[]", "null", JSON.stringify({ email: 5 })]) {
      const answer = await post("/auth/login", body);
      expect([answer.status, answer.body.error.code]).toEqual([400, "MALFORMED"]);
    }
    const answer = await post("/matchmake/join/table", "{");
    expect([answer.status, answer.body.error.code]).toEqual([400, "MALFORMED"]);
  });

  it("may be too large", async () => {
    const answer = await post("/auth/anonymous", { options: { name: "x".repeat(70_000) } });
    expect([answer.status, answer.body.error.code]).toEqual([413, "TOO_LARGE"]);
  });

  it("may come from a page of another site", async () => {
    const answer = await post("/auth/anonymous", {}, { origin: "http://evil.example" });
    expect([answer.status, answer.body.error.code]).toEqual([403, "FOREIGN_ORIGIN"]);
  });
});

describe("headers", () => {
  it("allow no other site anything, and no frame", async () => {
    for (const path of ["/", "/health", "/api/tables", "/nowhere", "/monitor/"]) {
      const { headers } = await ask(path, { headers: { origin: "http://evil.example" } });
      expect(headers.get("access-control-allow-origin")).toBeNull();
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
    const preflight = await ask("/auth/login", {
      method: "OPTIONS",
      headers: { origin: "http://evil.example", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect([...preflight.headers.keys()].filter((name) => name.startsWith("access-"))).toEqual([]);
  });

  it("keep answers about players out of caches", async () => {
    const { token } = await house.guest();
    expect((await ask("/api/me", { token })).headers.get("cache-control")).toBe("no-store");
  });
});

describe("a player", () => {
  it("comes as a guest, with a name that can be shown and the starting chips", async () => {
    const { token, playerId } = await house.guest("  Ada\u202e  Lovelace ");
    const { body } = await ask("/api/me", { token });
    expect(body).toMatchObject({
      playerId,
      name: "Ada Lovelace",
      balance: 10_000,
      guest: true,
      email: null,
    });
    expect(playerId).toMatch(/^[0-9A-Za-z]{16}$/);
  });

  it("reads bets, transfers and sign-ins of nobody else", async () => {
    const [ada, bob] = [await house.guest(), await house.guest()];
    const room = await sit(ada, "slow");
    await room.request("bet", { op: "mine", chips: [["red", 10]] });
    const { body } = await ask("/api/me/transfers?limit=10", { token: ada.token });
    expect(body.transfers).toMatchObject([
      { kind: "stake", amount: -10, op: "mine", round: 1, tableId: "slow" },
      { kind: "grant", amount: 10_000 },
    ]);
    const before = body.transfers[0].id;
    const older = await ask(`/api/me/transfers?before=${before}`, { token: ada.token });
    expect(older.body.transfers).toMatchObject([{ kind: "grant" }]);
    const bobs = await ask("/api/me/transfers", { token: bob.token });
    expect(bobs.body.transfers).toMatchObject([{ kind: "grant" }]);
    expect((await ask("/api/me/bets", { token: ada.token })).body).toEqual({ bets: [] });
    const { body: signIns } = await ask("/api/me/sessions", { token: ada.token });
    expect(signIns.sessions).toMatchObject([{ address: "127.0.0.1" }]);
    await room.request("clear", { op: "off" });
    await room.leave();
  });

  it("registers and keeps id, chips and name; signs in again in any case of letters", async () => {
    const ada = await house.guest("Ada");
    const credentials = ["Ada@Example.org", "correct horse"] as const;
    const { user, token } = await ada.client.auth.registerWithEmailAndPassword<{
      playerId: string;
    }>(...credentials);
    expect(user).toMatchObject({ playerId: ada.playerId, guest: false, email: "ada@example.org" });
    expect(JSON.stringify(user)).not.toContain("$");
    expect((await ask("/api/me", { token })).body).toMatchObject({ name: "Ada", balance: 10_000 });
    const again = clientAt(house.url);
    const signedIn = await again.auth.signInWithEmailAndPassword<{ playerId: string }>(
      "aDA@example.ORG ",
      "correct horse",
    );
    expect(signedIn.user.playerId).toBe(ada.playerId);
    expect((await again.auth.getUserData<{ playerId: string }>()).user.playerId).toBe(ada.playerId);
    // The name of an account is taken, whoever asks.
    const other = await house.guest();
    const taken = other.client.auth.registerWithEmailAndPassword(
      "ADA@example.org",
      "battery staple",
    );
    await expect(taken).rejects.toMatchObject({
      status: 409,
      data: { error: { code: "EMAIL_IN_USE" } },
    });
    expect((await ask("/api/me", { token: other.token })).body).toMatchObject({ guest: true });
  });

  it.each<[string, string, object, [number, string]]>([
    [
      "no account",
      "login",
      { email: "no@example.org", password: "x" },
      [401, "INVALID_CREDENTIALS"],
    ],
    ["no address", "login", { email: "nobody", password: "x" }, [400, "EMAIL_MALFORMED"]],
    [
      "a short password",
      "register",
      { email: "a@example.org", password: "1234567" },
      [400, "PASSWORD_TOO_SHORT"],
    ],
    [
      "a malformed address",
      "register",
      { email: "a@", password: "12345678" },
      [400, "EMAIL_MALFORMED"],
    ],
    [
      "an endless password",
      "register",
      { email: "a@example.org", password: "x".repeat(201) },
      [400, "MALFORMED"],
    ],
  ])("is told what is wrong: %s", async (...[, route, body, expected]) => {
    const answer = await post(`/auth/${route}`, body);
    expect([answer.status, answer.body.error.code]).toEqual(expected);
  });

  it("does not register with somebody else's forged token", async () => {
    const body = { email: "mallory@example.org", password: "12345678" };
    const answer = await post("/auth/register", body, { authorization: "Bearer a.b.c" });
    expect([answer.status, answer.body.error.code]).toEqual([401, "UNAUTHENTICATED"]);
  });
});

describe("the leaderboard", () => {
  it("is there for each period", async () => {
    for (const period of ["day", "week", "all"]) {
      const { status, body } = await ask(`/api/leaderboard?period=${period}`);
      expect([status, body.period, Array.isArray(body.players)]).toEqual([200, period, true]);
    }
  });
});

// Last, because it uses an address's tries up.
describe("guessing passwords", () => {
  it("comes to an end", async () => {
    let answer = await post("/auth/login", { email: "ada@example.org", password: "guess" });
    for (let tries = 1; answer.status === 401 && tries < 40; tries += 1) {
      answer = await post("/auth/login", { email: "ada@example.org", password: "guess" });
    }
    expect([answer.status, answer.body.error.code]).toEqual([429, "TOO_MANY_REQUESTS"]);
    expect(answer.headers.get("retry-after")).toBe("5");
  });
});
