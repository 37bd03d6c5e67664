import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestHouse } from "../testing/openTestHouse.ts";
import {
  ADMIN_PASSWORD,
  nextMessage,
  openTestHouse,
  refusalOf,
  sit,
  untilState,
} from "../testing/openTestHouse.ts";
import { listAdminActions } from "./auditLog.ts";

let house: TestHouse;
let cookie = "";
beforeAll(async () => {
  house = await openTestHouse();
  const response = await signIn({ name: "admin", password: ADMIN_PASSWORD });
  cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
});
afterAll(() => house.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(house.url + path, { headers, redirect: "manual" });

const signIn = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${house.url}/admin/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const call = (method: string, ...args: readonly unknown[]) => {
  const query = new URLSearchParams({
    roomId: "table-slow",
    method,
    args: JSON.stringify(args),
  });
  return get(`/monitor/api/room/call?${query}`, { cookie });
};

const actions = async () =>
  (await listAdminActions(house.house.pool, { limit: 20 })).map(({ who, action, detail }) => ({
    who,
    action,
    detail,
  }));

describe("without the admin's sign-in", () => {
  it.each([
    ["/admin"],
    ["/admin/"],
    ["/admin/anything"],
    ["/monitor"],
    ["/monitor/"],
    ["/monitor/assets/index.js"],
  ])("the page %s leads to the sign-in", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toMatch(/^\/admin\/sign-in\?next=/);
    expect(await response.text()).toBe("");
  });

  it.each([
    ["/monitor/api"],
    ["/monitor/api/"],
    ["/monitor/api/room?roomId=table-slow"],
    ["/monitor/api/room/call?roomId=table-slow&method=disconnect&args=[]"],
    ["/monitor/api/room/call"],
    ["/admin/api/me"],
    ["/admin/api/anything"],
  ])("the API %s answers 401", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: "UNAUTHENTICATED" } });
  });

  it("no other spelling of the address gets in", async () => {
    for (const path of ["/Monitor/api", "/%6donitor/api", "//monitor/api", "/x/../monitor/api"]) {
      const response = await get(path);
      expect([401, 404]).toContain(response.status);
    }
  });

  it("a cookie of one's own making does not help", async () => {
    const [body = ""] = cookie.split(".").slice(-1);
    for (const forged of [
      "croupier_admin=",
      "croupier_admin=admin.9999999999.",
      `croupier_admin=admin.9999999999.${body}`,
      `croupier_admin=root${cookie.slice("croupier_admin=admin".length)}`,
    ]) {
      expect((await get("/monitor/api", { cookie: forged })).status).toBe(401);
    }
  });
});

describe("the sign-in", () => {
  it("is a cookie that scripts and other sites do not get", async () => {
    const response = await signIn({ name: "admin", password: ADMIN_PASSWORD });
    expect(response.status).toBe(200);
    const [set = ""] = response.headers.getSetCookie();
    expect(set).toMatch(
      /^croupier_admin=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    expect(JSON.stringify(await response.json())).not.toContain(ADMIN_PASSWORD);
  });

  it("is refused to everyone else, and that is written down", async () => {
    for (const wrong of [
      { name: "admin", password: "guess" },
      { name: "root", password: ADMIN_PASSWORD },
      { name: "admin" },
      { name: ["admin"], password: [ADMIN_PASSWORD] },
      null,
    ]) {
      const response = await signIn(wrong);
      expect(response.status).toBe(401);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect(await actions()).toContainEqual({
      who: "root",
      action: "sign-in refused",
      detail: { address: "127.0.0.1" },
    });
  });

  it("is refused to pages of other sites", async () => {
    const right = { name: "admin", password: ADMIN_PASSWORD };
    const response = await signIn(right, { origin: "http://evil.example" });
    expect(response.status).toBe(403);
  });

  it("works as a plain form, and goes only to our own pages", async () => {
    for (const [next, location] of [
      ["/monitor/", "/monitor/"],
      ["https://evil.example", "/admin"],
      ["//evil.example", "/admin"],
    ] as const) {
      const body = new URLSearchParams({ name: "admin", password: ADMIN_PASSWORD, next });
      const response = await fetch(`${house.url}/admin/api/login`, {
        method: "POST",
        body,
        redirect: "manual",
      });
      expect([response.status, response.headers.get("location")]).toEqual([303, location]);
    }
    const page = await get("/admin/sign-in?next=%22%3E%3Cscript%3E");
    expect(await page.text()).not.toContain("<script>");
  });

  it("ends with a sign-out", async () => {
    const response = await fetch(`${house.url}/admin/api/logout`, {
      method: "POST",
      headers: { cookie },
    });
    expect(response.headers.getSetCookie()[0]).toMatch(/^croupier_admin=; .*Max-Age=0/);
  });
});

describe("signed in", () => {
  it("the admin's page is there, with or without a slash", async () => {
    expect(await (await get("/admin", { cookie })).text()).toContain("Room monitor");
    const slashed = await get("/admin/", { cookie });
    expect([slashed.status, slashed.headers.get("location")]).toEqual([302, "/admin"]);
    expect(await (await get("/admin/api/me", { cookie })).json()).toEqual({ name: "admin" });
  });
});

describe("the room monitor", () => {
  it("shows rooms and their states to the admin", async () => {
    expect(await (await get("/monitor/", { cookie })).text()).toContain("<!DOCTYPE html>");
    const rooms = (await (await get("/monitor/api", { cookie })).json()) as {
      rooms: { roomId: string }[];
    };
    expect(rooms.rooms.map(({ roomId }) => roomId).toSorted()).toEqual(["lobby", "table-slow"]);
    const room = await get("/monitor/api/room?roomId=table-slow", { cookie });
    expect(await room.json()).toMatchObject({ roomId: "table-slow", state: { tableId: "slow" } });
  });

  it.each<[string, readonly unknown[]]>([
    ["_editStateProperty", [["pocket"], "17"]],
    ["_deleteStateProperty", [["spots"]]],
    ["onCreate", [{ tableId: "slow" }]],
    ["broadcast", ["settled", {}]],
    ["getInspectorView", []],
    ["constructor", []],
  ])("calls no method and edits no state: %s", async (method, args) => {
    const watching = await sit(await house.guest(), "slow");
    const before = JSON.stringify(watching.state.pocket);
    const response = await call(method, ...args);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: "FORBIDDEN" } });
    expect(JSON.stringify(watching.state.pocket)).toBe(before);
    expect(await actions()).toContainEqual({
      who: "admin",
      action: "monitor: refused",
      detail: { roomId: "table-slow", method, args: JSON.stringify(args) },
    });
    await watching.leave();
  });

  it("does not choose between two methods", async () => {
    const query = "roomId=table-slow&method=disconnect&method=_editStateProperty&args=[]";
    expect((await get(`/monitor/api/room/call?${query}`, { cookie })).status).toBe(403);
    expect((await get(`/monitor/api/room/call/?${query}`, { cookie })).status).toBe(403);
  });

  it("disconnects a client, and that is written down first", async () => {
    const room = await sit(await house.guest(), "slow");
    room.reconnection.enabled = false;
    const { promise, resolve } = Promise.withResolvers<number>();
    room.onLeave(resolve);
    expect((await call("_forceClientDisconnect", room.sessionId)).status).toBe(200);
    await promise;
    expect(await actions()).toContainEqual({
      who: "admin",
      action: "monitor: disconnect client",
      detail: {
        roomId: "table-slow",
        method: "_forceClientDisconnect",
        args: JSON.stringify([room.sessionId]),
      },
    });
  });

  it("writes looks down, once a minute", async () => {
    await get("/monitor/api/room?roomId=table-slow", { cookie });
    await get("/monitor/api/room?roomId=table-slow", { cookie });
    const looks = (await actions()).filter(({ action }) => action === "monitor: inspect room");
    expect(looks).toContainEqual({
      who: "admin",
      action: "monitor: inspect room",
      detail: { roomId: "table-slow" },
    });
    const opened = (await actions()).map(({ action }) => action);
    expect(opened).toContain("monitor: list rooms");
    expect(opened).toContain("monitor: open");
  });

  it.each(["room?roomId=cellar", "room/call?roomId=cellar&method=disconnect&args=[]"])(
    "knows no room that there is not: %s",
    async (path) => {
      const response = await get(`/monitor/api/${path}`, { cookie });
      expect([response.status, await response.json()]).toMatchObject([
        404,
        { error: { code: "NOT_FOUND" } },
      ]);
    },
  );

  it("says what arguments are", async () => {
    const query = "roomId=table-slow&method=disconnect&args=nonsense";
    const response = await get(`/monitor/api/room/call?${query}`, { cookie });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: "MALFORMED" } },
    ]);
  });

  it("sends no message that a player would take for the table's", async () => {
    const room = await sit(await house.guest(), "slow");
    const forged = { round: 1, returned: 36_000, balance: 1_000_000 };
    expect((await call("_sendMessageToClient", room.sessionId, "settled", forged)).status).toBe(
      403,
    );
    await room.leave();
  });

  it("sends a notice", async () => {
    const room = await sit(await house.guest(), "slow");
    const told = nextMessage(room, "notice");
    await call("_sendMessageToClient", room.sessionId, "notice", { code: "NEWS", message: "Hi" });
    expect(await told).toEqual({ code: "NEWS", message: "Hi" });
    await room.leave();
  });

  it("ends a room, which opens again with everything on the felt", async () => {
    const ada = await house.guest();
    const room = await sit(ada, "slow");
    room.reconnection.enabled = false;
    await room.request("bet", { op: "stays", chips: [["red", 10]] });
    const { promise, resolve } = Promise.withResolvers<number>();
    room.onLeave(resolve);
    expect((await call("disconnect")).status).toBe(200);
    await promise;
    const back = await sit(ada, "slow");
    const state = await untilState(back, ({ spots }) => spots.get("red")?.chips === 10);
    expect(state.phase).toBe("betting");
    expect(await back.request("clear", { op: "off" })).toMatchObject({ balance: 10_000 });
    await back.leave();
  });
});

describe("the admin's say in who may chat", () => {
  const bans = "/admin/api/chat-bans";
  const decide = (wish: unknown, headers: Record<string, string> = { cookie }) =>
    fetch(house.url + bans, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(wish),
    });
  const listed = async () => (await get(bans, { cookie })).json();

  it("is the admin's alone", async () => {
    expect((await decide({}, {})).status).toBe(401);
    expect((await get(bans)).status).toBe(401);
  });

  it("keeps a player silent until it is lifted, tells why, and is in the audit log", async () => {
    const loud = await house.guest("Loud");
    const room = await sit(loud, "slow");
    const { playerId } = loud;
    const decided = await decide({ playerId, minutes: 60, reason: " Too loud. " });
    expect(decided.status).toBe(200);
    expect(await listed()).toMatchObject({
      bans: [{ playerId, reason: "Too loud.", decidedBy: "admin" }],
    });
    expect(await refusalOf(room.request("chat", { text: "hello" }))).toMatchObject({
      code: "BANNED",
      message: expect.stringMatching(/^You may not chat until \d{4}-.* UTC: Too loud\.$/),
    });
    // The game goes on for whoever may not talk.
    await room.request("bet", { op: "quiet", chips: [["red", 5]] });
    await decide({ playerId, minutes: 0, reason: "Sorry." });
    expect(await listed()).toEqual({ bans: [] });
    expect(await room.request("chat", { text: "hello" })).toEqual({});
    expect((await actions()).slice(0, 2)).toMatchObject([
      { action: "lift chat ban", detail: { playerId, minutes: 0, reason: "Sorry." } },
      { action: "ban from chat", detail: { playerId, minutes: 60, reason: "Too loud." } },
    ]);
    await room.leave();
  });

  it("knows no player that is not there", async () => {
    const response = await decide({ playerId: "0".repeat(16), minutes: 5, reason: "?" });
    expect(response.status).toBe(404);
  });

  it.each([
    [null],
    [{ playerId: "x", minutes: 5, reason: "?" }],
    [{ playerId: "0".repeat(16), minutes: -1, reason: "?" }],
    [{ playerId: "0".repeat(16), minutes: 0.5, reason: "?" }],
    [{ playerId: "0".repeat(16), minutes: 1e9, reason: "?" }],
    [{ playerId: "0".repeat(16), minutes: 5, reason: "  " }],
    [{ playerId: "0".repeat(16), minutes: 5, reason: "x".repeat(201) }],
  ])("refuses %j", async (wish) => {
    const response = await decide(wish);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "MALFORMED" } });
  });
});
