/** A player's books as the server keeps them: balance and transfers over the public interface. */
import type { Retry } from "./api.ts";
import { getJson } from "./api.ts";

export interface Transfer {
  readonly id: string;
  readonly kind: string;
  /** Signed as the player sees it: positive came in. */
  readonly amount: number;
  readonly op: string | null;
  readonly round: number | null;
}

const PAGE = 500;
/** More pages than any run of bots can fill. */
const MOST_PAGES = 1000;

export interface Account extends Retry {
  readonly url: string;
  readonly token: string;
}

export interface Me {
  readonly playerId: string;
  readonly balance: number;
}

export async function readMe({ url, token, until }: Account): Promise<Me> {
  const me = (await getJson(`${url}/api/me`, { token, until })) as Partial<Me>;
  if (typeof me.playerId !== "string" || !Number.isSafeInteger(me.balance)) {
    throw new TypeError("/api/me has no playerId or no balance");
  }
  return me as Me;
}

/** Every transfer of the player, newest first. */
export async function readTransfers({ url, token, until }: Account): Promise<readonly Transfer[]> {
  const transfers: Transfer[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const before = transfers.at(-1)?.id;
    const query = `limit=${PAGE}${before === undefined ? "" : `&before=${before}`}`;
    const body = await getJson(`${url}/api/me/transfers?${query}`, { token, until });
    const rows = (body as { transfers?: readonly Transfer[] }).transfers;
    if (rows === undefined) throw new TypeError("/api/me/transfers has no transfers");
    transfers.push(...rows);
    if (rows.length < PAGE) return transfers;
  }
  throw new RangeError(`more than ${PAGE * MOST_PAGES} transfers`);
}
