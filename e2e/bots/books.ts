/** A player's books as the server keeps them: balance and transfers over the public interface. */
import type { Retry } from "./api.ts";
import { getJson } from "./api.ts";

export interface Transfer {
  readonly id: number;
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

/** The player's newest transfer; 0 where there is none. */
export async function newestTransfer(account: Account): Promise<number> {
  const [newest] = await readPage(account, "limit=1");
  return newest?.id ?? 0;
}

/** Every transfer of the player, newest first. */
export async function readTransfers(account: Account): Promise<readonly Transfer[]> {
  const transfers: Transfer[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const before = transfers.at(-1)?.id;
    const query = `limit=${PAGE}${before === undefined ? "" : `&before=${before}`}`;
    const rows = await readPage(account, query);
    transfers.push(...rows);
    if (rows.length < PAGE) return transfers;
  }
  throw new RangeError(`more than ${PAGE * MOST_PAGES} transfers`);
}

async function readPage(
  { url, token, until }: Account,
  query: string,
): Promise<readonly Transfer[]> {
  const body = await getJson(`${url}/api/me/transfers?${query}`, { token, until });
  const { transfers } = body as { transfers?: readonly Transfer[] };
  if (transfers === undefined) throw new TypeError("/api/me/transfers has no transfers");
  return transfers;
}
