import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listAdminActions, recordAdminAction } from "../admin/auditLog.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, DAILY_CHIPS, STARTING_CHIPS } from "../testing/bankRig.ts";
import { bet, openRound, tableConfig } from "../testing/rounds.ts";
import { cleanName } from "./names.ts";
import { AlreadyRegisteredError, EmailTakenError } from "./players.ts";
import { listSignIns, recordSignIn } from "./sessions.ts";

let rig: BankRig;
beforeAll(async () => {
  rig = await createBankRig();
  await rig.store.prepareTable(tableConfig("one"));
});
afterAll(() => rig?.database.close());

describe("a guest", () => {
  it("gets an id, a name, and the starting chips", async () => {
    const player = await rig.players.registerGuest({ name: "  Ada   Lovelace " });
    expect(player.playerId).toMatch(/^[0-9A-Za-z]{16}$/);
    expect(player).toMatchObject({ name: "Ada Lovelace", email: null, balance: STARTING_CHIPS });
    expect(await rig.players.find(player.playerId)).toEqual(player);
    const unnamed = await rig.players.registerGuest({});
    expect(unnamed.name).toMatch(/^Guest \d{4}$/);
  });

  it("is one of many whom one question finds", async () => {
    const { serverPool } = rig.database;
    const guests = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        rig.players.registerGuest({ name: `Guest ${index}` }),
      ),
    );
    const asked = vi.spyOn(serverPool, "query");
    const playerIds = [...guests.map(({ playerId }) => playerId), "nobody"];
    const found = await Promise.all(playerIds.map((playerId) => rig.players.find(playerId)));
    expect(found).toEqual([...guests, null]);
    expect(asked).toHaveBeenCalledTimes(2);
    asked.mockRestore();
  });

  it("who registers keeps id, chips and history", async () => {
    const guest = await rig.players.registerGuest({ name: "Ben" });
    const { playerId } = guest;
    const login = { email: " Ben@Example.org", passwordHash: "h1" };
    const player = await rig.players.register({ ...login, playerId });
    expect(player).toEqual({ ...guest, email: "ben@example.org" });
    const found = await rig.players.findByEmail("BEN@example.ORG");
    expect(found).toEqual({ player, passwordHash: "h1" });
    const again = rig.players.register({ email: "b@example.org", passwordHash: "h2", playerId });
    await expect(again).rejects.toThrow(AlreadyRegisteredError);
  });

  it("may not take an email that somebody has", async () => {
    await rig.players.register({ email: "eve@example.org", passwordHash: "h" });
    const { playerId } = await rig.players.registerGuest({});
    const login = { email: "EVE@example.org", passwordHash: "x" };
    await expect(rig.players.register(login)).rejects.toThrow(EmailTakenError);
    await expect(rig.players.register({ ...login, playerId })).rejects.toThrow(EmailTakenError);
    expect((await rig.players.find(playerId))?.email).toBeNull();
  });
});

it.each([
  ["a\u0000b\nc", "ab c"],
  ["x".repeat(24), "x".repeat(24)],
  ["x".repeat(25), null],
  ["", null],
  ["\u3000\u00a0", null],
  ["\u0301", null],
  [17, null],
])("the name %j is kept as %j", (given, kept) => {
  expect(cleanName(given)).toBe(kept);
});

describe("daily chips", () => {
  it("fill the balance up once a UTC day, where it is below", async () => {
    const { playerId } = await rig.players.registerGuest({});
    const none = { granted: 0, balance: STARTING_CHIPS };
    expect(await rig.players.claimDaily(playerId)).toEqual(none);
    await openRound(rig, "one", 1);
    await rig.store.post("one", bet(playerId, { round: 1, stakeChange: STARTING_CHIPS - 250 }));
    const [first, second] = await Promise.all([
      rig.players.claimDaily(playerId),
      rig.players.claimDaily(playerId),
    ]);
    expect([first.granted, second.granted].toSorted()).toEqual([0, DAILY_CHIPS - 250]);
    await rig.store.post("one", bet(playerId, { round: 1, stakeChange: DAILY_CHIPS }));
    expect(await rig.players.claimDaily(playerId)).toEqual({ granted: 0, balance: 0 });
    rig.clock.advance(24 * 3_600_000);
    const next = await rig.players.claimDaily(playerId);
    expect(next).toEqual({ granted: DAILY_CHIPS, balance: DAILY_CHIPS });
    expect(await rig.players.balance(playerId)).toBe(DAILY_CHIPS);
  });

  it("are for players only", async () => {
    await expect(rig.players.claimDaily("nobody")).rejects.toThrow("has no account");
  });
});

it("keeps sign-ins, newest first", async () => {
  const { playerId } = await rig.players.registerGuest({});
  for (const address of ["127.0.0.1", "::1"]) {
    const signedInAt = new Date(rig.clock.now());
    await recordSignIn(rig.database.pool, { playerId, signedInAt, address, userAgent: "test" });
  }
  const signIns = await listSignIns(rig.database.pool, playerId);
  expect(signIns.map(({ address }) => address)).toEqual(["::1", "127.0.0.1"]);
});

it("keeps what admins do, and lets nobody change it", async () => {
  const { pool } = rig.database;
  const at = new Date(rig.clock.now());
  for (const action of ["sign-in", "dispose room"]) {
    await recordAdminAction(pool, { at, who: "admin", action, detail: { roomId: "r1" } });
  }
  const [newest] = await listAdminActions(pool, { limit: 1 });
  expect(newest).toMatchObject({
    at,
    who: "admin",
    action: "dispose room",
    detail: { roomId: "r1" },
  });
  const older = await listAdminActions(pool, { before: newest?.id ?? 0 });
  expect(older.map(({ action }) => action)).toEqual(["sign-in"]);
  await expect(pool.query("DELETE FROM admin_audit")).rejects.toThrow("only ever added");
});
