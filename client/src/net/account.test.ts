import type { Client } from "@colyseus/sdk";
import { ServerError } from "@colyseus/sdk";
import { describe, expect, it } from "vitest";
import { AccountError, enterAsGuest, logIn, whoAmI } from "./account.ts";

const ME = { playerId: "p1", name: "Ada", balance: 10_000, guest: true, email: null };

function refusal(status: number, data: unknown = {}): ServerError {
  return new ServerError(status, "", { status, data });
}

/** A client whose house answers `me`, or fails with it where it is an error. */
function clientAt(me: unknown, signIn: unknown = {}, token = "t") {
  const answer = (value: unknown) =>
    value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  const state = { signedOut: false };
  const client = {
    http: { get: () => answer(me instanceof Error ? me : { data: me }) },
    auth: {
      token,
      signInAnonymously: () => answer(signIn),
      signInWithEmailAndPassword: () => answer(signIn),
      signOut: async () => {
        state.signedOut = true;
      },
    },
  } as unknown as Client;
  return { client, state };
}

describe("who one is", () => {
  it("is nobody without a token", async () => {
    expect(await whoAmI(clientAt(ME, {}, "").client)).toBeNull();
  });

  it("is a guest until there is an e-mail address", async () => {
    const identity = { me: { playerId: "p1", name: "Ada", guest: true }, balance: 10_000 };
    expect(await whoAmI(clientAt(ME).client)).toEqual(identity);
    const registered = { ...ME, guest: false, email: "ada@example.org" };
    expect((await whoAmI(clientAt(registered).client))?.me.guest).toBe(false);
  });

  it("is nobody any more when the token is not taken, which is then given up", async () => {
    const { client, state } = clientAt(refusal(401));
    expect(await whoAmI(client)).toBeNull();
    expect(state.signedOut).toBe(true);
  });

  it("stays open while the house cannot be reached", async () => {
    const { client, state } = clientAt(new TypeError("failed to fetch"));
    await expect(whoAmI(client)).rejects.toThrow("failed to fetch");
    expect(state.signedOut).toBe(false);
  });

  it("is not guessed from an answer of another form", async () => {
    await expect(whoAmI(clientAt({ hello: 1 }).client)).rejects.toThrow(AccountError);
  });
});

describe("signing in", () => {
  it("enters with a name", async () => {
    expect((await enterAsGuest(clientAt(ME).client, "Ada")).me.name).toBe("Ada");
  });

  it("tells the house's own words", async () => {
    const message = "The email address or the password is wrong.";
    const { client } = clientAt(ME, refusal(401, { error: { code: "X", message } }));
    await expect(logIn(client, { email: "a@b.c", password: "x" })).rejects.toThrow(message);
  });

  it("tells in plain words that nobody answers", async () => {
    const { client } = clientAt(ME, new TypeError("fetch"));
    await expect(enterAsGuest(client, "Ada")).rejects.toThrow("cannot be reached");
  });
});
