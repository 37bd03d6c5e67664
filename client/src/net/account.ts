/** Who the player is: guests, accounts, and the token that the SDK keeps in the browser. */
import type { Client } from "@colyseus/sdk";
import { ServerError } from "@colyseus/sdk";
import type { Me } from "../store/model.ts";

export interface Identity {
  readonly me: Me;
  readonly balance: number;
}

/** The house's answer to a form, for the player to read. */
export class AccountError extends Error {
  override readonly name = "AccountError";
}

/** True where the token is missing, expired or no longer known. */
function isUnauthenticated(error: unknown): boolean {
  return error instanceof ServerError && (error.status === 401 || error.status === 403);
}

function identityOf(data: unknown): Identity {
  const fields = typeof data === "object" && data !== null ? data : {};
  const { playerId, name, balance, guest, email } = fields as Record<string, unknown>;
  if (typeof playerId !== "string" || typeof name !== "string" || typeof balance !== "number") {
    throw new AccountError("The house's answer could not be read.");
  }
  const registered = guest === false || (typeof email === "string" && email !== "");
  return { me: { playerId, name, guest: !registered }, balance };
}

/** Who carries the token, or null where nobody does. Throws while the house cannot be reached. */
export async function whoAmI(client: Client): Promise<Identity | null> {
  if (!client.auth.token) return null;
  try {
    return identityOf((await client.http.get("/api/me")).data);
  } catch (error) {
    if (!isUnauthenticated(error)) throw error;
    await client.auth.signOut();
    return null;
  }
}

async function asWords<T>(action: Promise<T>): Promise<T> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof ServerError && typeof error.status === "number") {
      throw new AccountError(wordsOf(error));
    }
    throw new AccountError("The house cannot be reached. Please try again.");
  }
}

/** The server's own message, or a plain one where it has none. */
function wordsOf(error: ServerError): string {
  const nested: unknown = error.data?.error;
  if (typeof nested === "object" && nested !== null && "message" in nested) {
    return String(nested.message);
  }
  return error.message === "" ? "That did not work. Please try again." : error.message;
}

async function known(client: Client): Promise<Identity> {
  const identity = await whoAmI(client);
  if (identity === null) throw new AccountError("The house did not let you in.");
  return identity;
}

/** Enters as a guest with a name. */
export async function enterAsGuest(client: Client, name: string): Promise<Identity> {
  await asWords(client.auth.signInAnonymously({ name }));
  return asWords(known(client));
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Turns the guest into an account that keeps id, chips and history. */
export async function register(
  client: Client,
  { email, password }: Credentials,
  name: string,
): Promise<Identity> {
  await asWords(client.auth.registerWithEmailAndPassword(email, password, { name }));
  return asWords(known(client));
}

/** Enters an account. */
export async function logIn(client: Client, { email, password }: Credentials): Promise<Identity> {
  await asWords(client.auth.signInWithEmailAndPassword(email, password));
  return asWords(known(client));
}
