/**
 * Players' tokens: who somebody is, signed, for thirty days. They are made and checked by
 * `@colyseus/auth`, whose settings hold for the whole process.
 */
import { createSecretKey } from "node:crypto";
import { JWT } from "@colyseus/auth";
import { z } from "zod";

const LIFETIME = "30d";

const claims = z.object({ playerId: z.string().min(1).max(64) });

/** The secret that signs tokens from now on. */
export function signTokensWith(secret: string): void {
  // As text it would be tried as a PEM key first, for each token anew.
  JWT.settings.secret = createSecretKey(secret, "utf8");
  JWT.settings.verify = { algorithms: ["HS256"] };
}

/** A token of the player. */
export function tokenFor(playerId: string): Promise<string> {
  return JWT.sign({ playerId }, { expiresIn: LIFETIME });
}

/** Whose token it is; null where it is missing, forged or expired. */
export async function playerOf(token: string | null | undefined): Promise<string | null> {
  if (typeof token !== "string" || token === "") return null;
  try {
    const payload = claims.safeParse(await JWT.verify<unknown>(token));
    return payload.success ? payload.data.playerId : null;
  } catch {
    return null;
  }
}
