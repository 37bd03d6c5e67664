/**
 * The admin's sign-in: a signed cookie. Its key is made of the token secret and the password, so a
 * new password ends every session.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Secrets } from "../config/secrets.ts";

export const ADMIN_NAME = "admin";
const COOKIE = "croupier_admin";
const LIFETIME_SECONDS = 12 * 60 * 60;

export class AdminSessions {
  readonly #password: Buffer;
  readonly #key: Buffer;

  constructor({ jwtSecret, adminPassword }: Pick<Secrets, "jwtSecret" | "adminPassword">) {
    this.#password = digest(adminPassword);
    this.#key = createHmac("sha256", jwtSecret)
      .update(`croupier admin session|${adminPassword}`)
      .digest();
  }

  /** Whether name and password are the admin's; takes as long for every wrong one. */
  admits(name: unknown, password: unknown): boolean {
    const given = digest(typeof password === "string" ? password : "");
    const known = timingSafeEqual(given, this.#password);
    return known && name === ADMIN_NAME;
  }

  /** The cookie of a session that begins at `now` (epoch milliseconds). */
  begin(now: number, overTls: boolean): string {
    const body = `${ADMIN_NAME}.${Math.floor(now / 1000) + LIFETIME_SECONDS}`;
    return cookie(`${body}.${this.#sign(body)}`, LIFETIME_SECONDS, overTls);
  }

  /** The cookie that ends a session. */
  end(overTls: boolean): string {
    return cookie("", 0, overTls);
  }

  /** Who is signed in, by the request's cookies; null where nobody is. */
  read(headers: Headers, now: number): string | null {
    const value = new RegExp(`(?:^|; *)${COOKIE}=([^;]*)`).exec(headers.get("cookie") ?? "")?.[1];
    const parts = /^([a-z]+)\.(\d{1,12})\.([0-9A-Za-z_-]+)$/.exec(value ?? "");
    if (parts === null) return null;
    const [, name = "", until = "", signature = ""] = parts;
    const right = Buffer.from(this.#sign(`${name}.${until}`));
    const given = Buffer.from(signature);
    if (right.length !== given.length || !timingSafeEqual(right, given)) return null;
    return Number(until) * 1000 > now ? name : null;
  }

  #sign(body: string): string {
    return createHmac("sha256", this.#key).update(body).digest("base64url");
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function cookie(value: string, seconds: number, overTls: boolean): string {
  const secure = overTls ? "; Secure" : "";
  return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`;
}
