/**
 * Guests, accounts and tokens, through `@colyseus/auth`, as `client.auth.*` of the SDK uses them.
 *
 * Its endpoints for forgotten passwords and confirmed addresses are not mounted: this server sends no
 * mail. Where it would take anything, this file is stricter: addresses are one case, and a password
 * has at least eight characters and an end.
 */
import { anonymousEndpoint, auth, loginEndpoint, registerEndpoint } from "@colyseus/auth";
import type { Endpoint } from "@colyseus/core";
import { createEndpoint } from "@colyseus/core";
import { z } from "zod";
import type { Logger } from "../platform/log.ts";
import type { Player } from "../players/players.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { PlayerBook } from "./ports.ts";
import { tokenFor } from "./tokens.ts";

const LEAST_PASSWORD = 8;
/** Hashing costs time by the length. */
const MOST_PASSWORD = 200;

const address = z
  .string()
  .max(200)
  .transform((text) => text.trim().toLowerCase());

const visit = z.object({ options: z.record(z.string(), z.unknown()).nullish() }).optional();

const credentials = z.object({ email: address, password: z.string().max(MOST_PASSWORD) });

const registration = z.object({
  email: address.pipe(z.email({ error: "email_malformed" })),
  password: z.string().min(LEAST_PASSWORD, { error: "password_too_short" }).max(MOST_PASSWORD),
  options: z.object({ name: z.unknown() }).partial().optional(),
});

/** What `@colyseus/auth` tells the caller by an error's message. */
class AuthRefusal extends Error {
  override readonly name = "AuthRefusal";
}

export interface AuthOptions {
  readonly players: PlayerBook;
  readonly log: Logger;
}

/** `/auth/anonymous`, `/auth/register`, `/auth/login` and `/auth/userdata`. */
export function authEndpoints({ players, log }: AuthOptions): Record<string, Endpoint> {
  // Whatever else is thrown would be told to the caller in its own words.
  const guarded = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof AuthRefusal) throw error;
      if (error instanceof BankUnavailableError) throw new AuthRefusal("unavailable");
      log.error({ err: error }, "signing in failed");
      throw new AuthRefusal("internal");
    }
  };
  const theirs = auth.endpoints({
    oauth: false,
    settings: {
      onRegisterAnonymously: (options: { name?: unknown } | undefined) =>
        guarded(async () => userOf(await players.registerGuest(options?.name))),
      onFindUserByEmail: (email) =>
        guarded(async () => {
          const found = await players.findByEmail(email);
          return found === null ? null : { ...userOf(found.player), password: found.passwordHash };
        }),
      onRegisterWithEmailAndPassword: (email, passwordHash, options) =>
        guarded(() => register(players, { email, passwordHash, options })),
      onGenerateToken: (user) => tokenFor((user as Player).playerId),
      onParseToken: (token) =>
        guarded(async () => {
          const player = await players.find(String(token["playerId"]));
          if (player === null) throw new AuthRefusal("unknown_player");
          return userOf(player);
        }),
    },
  });
  const behind = (route: Route, body: z.ZodType) =>
    createEndpoint(`/auth/${route}`, { method: "POST", body }, async (context) => {
      const request = context.request as Request;
      const response = await THEIRS[route]({
        body: context.body,
        headers: request.headers,
        request,
        asResponse: true,
      });
      if (response.ok) await writeDown({ players, log }, request, response);
      return response;
    }) as unknown as Endpoint;
  return {
    "auth-userdata": theirs["auth-userdata"] as Endpoint,
    "auth-anonymous": behind("anonymous", visit),
    "auth-login": behind("login", credentials),
    "auth-register": behind("register", registration),
  };
}

type TheirEndpoint = (context: object) => Promise<Response>;

const THEIRS = {
  anonymous: anonymousEndpoint() as unknown as TheirEndpoint,
  login: loginEndpoint() as unknown as TheirEndpoint,
  register: registerEndpoint() as unknown as TheirEndpoint,
};
type Route = keyof typeof THEIRS;

/** Notes who signed in, from where; nobody is kept out because that cannot be written. */
async function writeDown(
  { players, log }: AuthOptions,
  request: Request,
  response: Response,
): Promise<void> {
  try {
    const { user } = (await response.clone().json()) as { user: { playerId: string } };
    await players.signedIn({
      playerId: user.playerId,
      address: request.headers.get("x-real-ip") ?? "",
      userAgent: request.headers.get("user-agent") ?? "",
    });
  } catch (error) {
    log.warn({ err: error }, "a sign-in could not be written down");
  }
}

interface Registration {
  readonly email: string;
  readonly passwordHash: string;
  readonly options: { readonly name?: unknown; readonly upgradingToken?: object };
}

/** A guest's token is upgraded; one that belongs to an account makes another account. */
async function register(
  players: PlayerBook,
  { email, passwordHash, options }: Registration,
): Promise<void> {
  const token = options.upgradingToken as { playerId?: unknown } | undefined;
  const known = typeof token?.playerId === "string" ? await players.find(token.playerId) : null;
  const upgrading = known?.email === null ? known.playerId : null;
  const { name } = options;
  const player = await players.register({ email, passwordHash, name, upgrading });
  if (player === null) throw new AuthRefusal("email_already_in_use");
}

/** A player as the API shows one to themselves. */
export function userOf({ playerId, name, email, balance, createdAt }: Player) {
  return {
    playerId,
    name,
    email,
    guest: email === null,
    anonymous: email === null,
    balance,
    createdAt: createdAt.toISOString(),
  };
}
