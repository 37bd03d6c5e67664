/** Who may come in: players with a valid token, and each of them only so often. */
import { TokenBuckets } from "../platform/tokenBucket.ts";
import { BankUnavailableError } from "../tables/store.ts";
import type { House, Identity } from "./house.ts";
import { refusalError } from "./refusalError.ts";

/** A reservation is held for some seconds whether it is used or not. */
const JOINS = { perSecond: 2, burst: 20 };
const MOST_PLAYERS = 20_000;

const joinsOf = new WeakMap<House, TokenBuckets>();

/** The player of `token`. Throws the refusal as a `ServerError`. */
export async function admit(house: House, token: string | undefined): Promise<Identity> {
  const identity = await house.identify(token).catch((error: unknown) => {
    if (!(error instanceof BankUnavailableError)) throw error;
    throw refusalError("BANK_UNAVAILABLE", "The bank does not answer. Try again in a moment.");
  });
  if (identity === null) {
    throw refusalError(
      "UNAUTHENTICATED",
      "Sign in first: the token is missing, forged or expired.",
    );
  }
  let joins = joinsOf.get(house);
  if (joins === undefined) {
    joins = new TokenBuckets(JOINS, MOST_PLAYERS);
    joinsOf.set(house, joins);
  }
  if (!joins.take(identity.playerId, house.clock.now())) {
    throw refusalError("TOO_MANY_REQUESTS", "Too many tries to join; wait a few seconds.");
  }
  return identity;
}
