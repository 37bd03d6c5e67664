/** What people at a house hear of each other: talk at the table, big wins in the lobby. */
import type { Room } from "@colyseus/sdk";
import { Client } from "@colyseus/sdk";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./testing/browser.ts";
import { Person } from "./testing/person.ts";
import type { TestServer } from "./testing/server.ts";
import { quickTables, startServer } from "./testing/server.ts";

const TABLES = quickTables(["main"], {
  name: "Monte Carlo",
  bettingMs: 7_000,
  spinningMs: 500,
  resultMs: 500,
});
const TIME_TO_BET_MS = 3_000;
/** A name and a line that would be a picture, if anything made them one. */
const NAME = "<img src=/x.png>";
const LINE = "<b>hello</b> <img src=/y.png>";
/** Far more lines than one player may say at once. */
const TOO_MANY_LINES = 20;

let server: TestServer;
let browser: Browser;
/** At the table with the stock SDK. */
let ada: Room;
/** At the table with a phone. */
let grace: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ env: { TABLES }, withClient: true }),
    launchBrowser(),
  ]);
  ada = await join(NAME);
  grace = await Person.enter(browser, { url: server.url, name: "Grace", screen: "phone" });
  await grace.sit("main");
});

afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

async function join(name: string): Promise<Room> {
  const client = new Client(server.url);
  client.auth.token = "";
  await client.auth.signInAnonymously({ name });
  const room: Room = await client.join("table", { tableId: "main" });
  room.onMessage("*", () => undefined);
  return room;
}

/** Resolves with the room's state once it is as asked. */
function state<State>(room: Room, condition: (state: State) => boolean): Promise<State> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!condition(room.state)) return;
      room.onStateChange.remove(look);
      resolve(room.state);
    };
    room.onStateChange(look);
    look();
  });
}

interface Table {
  readonly phase: string;
  readonly round: number;
  readonly pocket: string;
}

async function say(line: string): Promise<void> {
  await grace.page.locator("#talk-text").fill(line);
  await grace.page.locator("#talk-text").press("Enter");
}

/** Whoever bets on red and black alike wins one of them, unless zero comes: then once more. */
async function winBig(red: Room, black: Room): Promise<string> {
  for (;;) {
    const { round } = await state<Table>(red, ({ phase }) => phase === "betting");
    const stake = (room: Room, spot: string) =>
      room.request("bet", { op: `${spot}-${round}`, chips: [[spot, 1_000]] });
    await Promise.all([stake(red, "red"), stake(black, "black")]);
    const { pocket } = await state<Table>(
      red,
      (table) => table.round === round && table.phase === "result",
    );
    if (pocket !== "0") return pocket;
  }
}

describe("people at one table", () => {
  it("hear each other, as text and nothing else, and bet meanwhile", async () => {
    await ada.request("chat", { text: LINE });
    await grace.untilText("#talk-toggle", "1");
    await grace.page.locator("#talk-toggle").click();
    await grace.untilText("#talk-lines", `${NAME} ${LINE}`);
    await grace.untilText(".unread", "");
    expect(await grace.page.locator("#talk-lines img, #talk-lines b").count()).toBe(0);

    await grace.untilBetting({ leftMs: TIME_TO_BET_MS });
    await grace.bet("straight:17", 5);
    await grace.untilNumber("#stake", "=", 5);
    await grace.picture("8-talk");

    const heard: string[] = [];
    ada.onMessage("chat", ({ text }: { text: string }) => heard.push(text));
    const problem = grace.page.locator(".talk-say .problem");
    const said: string[] = [];
    while (said.length < TOO_MANY_LINES && (await problem.textContent()) === "") {
      said.push(`line ${said.length + 1}`);
      await say(said.at(-1) ?? "");
      await grace.page.locator("#talk-send:enabled").waitFor();
    }
    expect(await problem.textContent()).toContain("wait a few seconds");
    // What was refused waits to be sent again.
    expect(await grace.page.locator("#talk-text").inputValue()).toBe(said.at(-1));
    await expect.poll(() => heard).toEqual(said.slice(0, -1));
    await grace.page.keyboard.press("Escape");
    await grace.page.locator("#talk-text").waitFor({ state: "hidden" });
  });

  it("hear in the lobby who has won big", async () => {
    await grace.page.locator("#leave").click();
    await grace.page.locator("#wins").waitFor();
    const pocket = await winBig(ada, await join(NAME));
    const win = grace.page.locator(".win").first();
    await win.waitFor();
    await grace.picture("9-wins");
    const text = await win.textContent();
    for (const words of [pocket, NAME, "Monte Carlo", "+1,000"]) expect(text).toContain(words);
    expect(await grace.page.locator("#wins img").count()).toBe(0);
    expect([...grace.complaints, ...grace.logged]).toEqual([]);
  });
});
