/** What people at a house hear of each other: talk at the table, big wins in the lobby. */
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./testing/browser.ts";
import { Person } from "./testing/person.ts";
import type { TestServer } from "./testing/server.ts";
import { quickTables, startServer } from "./testing/server.ts";

const TABLES = quickTables(["main"], {
  name: "Monte Carlo",
  bettingMs: 6_000,
  spinningMs: 1_000,
  resultMs: 1_500,
});
const TIME_TO_BET_MS = 4_000;
/** A name and a line that would be a picture, if anything made them one. */
const NAME = "<img src=/x.png>";
const LINE = "<b>hello</b> <img src=/y.png>";
/** Lines that one player may say at once, and one more. */
const TOO_MANY_LINES = 6;

let server: TestServer;
let browser: Browser;
let ada: Person;
let grace: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ env: { TABLES }, withClient: true }),
    launchBrowser(),
  ]);
  ada = await Person.enter(browser, { url: server.url, name: NAME });
  grace = await Person.enter(browser, { url: server.url, name: "Grace", screen: "phone" });
});

afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

async function say({ page }: Person, line: string): Promise<void> {
  await page.locator("#talk-text").fill(line);
  await page.locator("#talk-text").press("Enter");
}

/** One bets on red and the other on black until no zero comes: then one of them has won 1,000. */
async function winBig(): Promise<Person> {
  for (;;) {
    const round = await ada.untilBetting({ leftMs: TIME_TO_BET_MS });
    await Promise.all([ada.bet("red", 1_000), grace.bet("black", 1_000)]);
    await Promise.all([ada, grace].map((person) => person.untilNumber("#stake", "=", 1_000)));
    await Promise.all([ada, grace].map((person) => person.untilBetting({ after: round })));
    const [adas, graces] = [await ada.balance(), await grace.balance()];
    // More lies between them than all the small bets can bring.
    if (Math.abs(adas - graces) > 1_000) return adas > graces ? ada : grace;
  }
}

describe("people at one table", () => {
  it("hear each other, as text and nothing else, and bet meanwhile", async () => {
    await Promise.all([ada.sit("main"), grace.sit("main")]);
    await say(ada, LINE);
    await ada.untilText("#talk-lines", LINE);
    await grace.untilText("#talk-toggle", "1");
    await grace.page.locator("#talk-toggle").click();
    await grace.untilText("#talk-lines", `${NAME} ${LINE}`);
    expect(await grace.page.locator("#talk-lines img, #talk-lines b").count()).toBe(0);
    expect(await grace.page.locator(".unread").textContent()).toBe("");

    await grace.untilBetting({ leftMs: TIME_TO_BET_MS });
    await grace.bet("straight:17", 5);
    await grace.untilNumber("#stake", "=", 5);
    await grace.picture("8-talk");

    for (let count = 1; count <= TOO_MANY_LINES; count++) {
      await say(grace, `line ${count}`);
      await grace.page.locator("#talk-send:enabled").waitFor();
    }
    await grace.untilText(".talk-say .problem", "wait a few seconds");
    expect(await grace.page.locator("#talk-text").inputValue()).toBe(`line ${TOO_MANY_LINES}`);
    await ada.untilText("#talk-lines", `line ${TOO_MANY_LINES - 1}`);
    await grace.page.keyboard.press("Escape");
    await grace.page.locator("#talk-text").waitFor({ state: "hidden" });
  });

  it("hear in the lobby who has won big", async () => {
    const winner = await winBig();
    await ada.page.locator("#leave").click();
    const win = ada.page.locator(".win").first();
    await win.waitFor();
    await ada.picture("9-wins");
    const text = await win.textContent();
    expect(text).toContain(winner === ada ? NAME : "Grace");
    expect(text).toContain("Monte Carlo");
    expect(text).toContain("+1,000");
    expect(await ada.page.locator(".win img").count()).toBe(0);
    expect([...ada.complaints, ...ada.logged, ...grace.complaints, ...grace.logged]).toEqual([]);
  });
});
