import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./testing/browser.ts";
import { Person } from "./testing/person.ts";
import type { TestServer } from "./testing/server.ts";
import { startServer } from "./testing/server.ts";

const TABLE = { bettingMs: 7000, closingMs: 300, spinningMs: 2500, resultMs: 2500 };
const TABLES = JSON.stringify([
  { id: "main", name: "Monte Carlo", ...TABLE },
  { id: "vegas", name: "Las Vegas", wheel: "american", ...TABLE },
  { id: "triple", name: "Triple Zero", wheel: "triple-zero", ...TABLE },
]);
const START = 10_000;

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ env: { TABLES }, withClient: true }),
    launchBrowser(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

interface Record {
  readonly status: string;
  readonly pocket: string;
  readonly payouts: readonly { playerId: string; stake: number; returned: number }[];
}

async function recordOf(round: number): Promise<Record> {
  return (await (await fetch(`${server.url}/api/rounds/main/${round}`)).json()) as Record;
}

/** What the server's books say about the person. */
async function me(person: Person): Promise<{ playerId: string; balance: number }> {
  const headers = { authorization: `Bearer ${await person.token()}` };
  return (await (await fetch(`${server.url}/api/me`, { headers })).json()) as never;
}

describe("two people at one table", () => {
  it("see each other's chips, play a round to its payout, and keep their chips", async () => {
    const ada = await Person.enter(browser, { url: server.url, name: "Ada" });
    await ada.page.locator("#sit-main").waitFor();
    await ada.picture("1-lobby");
    const grace = await Person.enter(browser, { url: server.url, name: "Grace", screen: "phone" });
    await grace.page.locator("#sit-main").waitFor();
    await grace.picture("1-lobby");
    await Promise.all([ada.sit("main"), grace.sit("main")]);
    await ada.untilNumber("#balance", "=", START);

    // A fresh round, so that there is time for everyone.
    await ada.untilPhase("result");
    await Promise.all([ada.untilPhase("betting"), grace.untilPhase("betting")]);
    const round = await ada.untilNumber("#round", ">", 0);
    await ada.bet("red", 25);
    await ada.bet("straight:17", 25);
    await ada.bet("split:17-20", 5);
    await grace.bet("black", 100);
    await ada.untilNumber("#stake", "=", 55);
    await grace.untilNumber("#stake", "=", 100);
    await ada.untilNumber("#balance", "=", START - 55);
    await grace.untilNumber("#balance", "=", START - 100);
    await ada.untilSpot("black", 100);
    await grace.untilSpot("red", 25);
    await grace.untilSpot("split:17-20", 5);
    await Promise.all([ada.picture("2-betting"), grace.picture("2-betting")]);

    await Promise.all([ada.untilPhase("spinning"), grace.untilPhase("spinning")]);
    await Promise.all([ada.picture("3-spinning"), grace.picture("3-spinning")]);
    await Promise.all([ada.untilPhase("result"), grace.untilPhase("result")]);
    await Promise.all([ada.picture("4-result"), grace.picture("4-result")]);

    const record = await recordOf(round);
    expect(record.status).toBe("settled");
    for (const [person, stake] of [
      [ada, 55],
      [grace, 100],
    ] as const) {
      const { playerId, balance } = await me(person);
      const payout = record.payouts.find((entry) => entry.playerId === playerId);
      expect(payout?.stake).toBe(stake);
      expect(balance).toBe(START - stake + (payout?.returned ?? Number.NaN));
      await person.untilNumber("#balance", "=", balance);
    }

    const before = await me(ada);
    const stopped = await server.stop();
    expect(stopped.code).toBe(0);
    await server.start();
    expect(await me(ada)).toEqual(before);
    await ada.untilNumber("#balance", "=", before.balance);

    await server.kill9();
    await server.start();
    expect(await me(ada)).toEqual(before);

    const again = await ada.page.reload();
    expect(again?.ok()).toBe(true);
    await ada.page.locator("#sit-main").or(ada.page.locator("#phase")).first().waitFor();
    expect(ada.complaints).toEqual([]);
    expect(grace.complaints).toEqual([]);
    await Promise.all([ada.leave(), grace.leave()]);
  });
});
