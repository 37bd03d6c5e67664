/** Somebody with a browser at a table whose process ends: what they see, and what they have afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { startCluster } from "../cluster/cluster.ts";
import { tablesOf } from "../cluster/holders.ts";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import { launchBrowser } from "./testing/browser.ts";
import type { Screen } from "./testing/person.ts";
import { Person } from "./testing/person.ts";
import { runNode } from "./testing/processes.ts";
import { quickTables, SHORT_CHAINS } from "./testing/server.ts";

const TABLES = quickTables(["monte", "riviera"], {
  bettingMs: 6_000,
  closingMs: 300,
  spinningMs: 1_000,
  resultMs: 1_000,
});
const START = 10_000;
const STAKE = 30;
/** What is left of the betting when somebody begins to bet. */
const TIME_TO_BET_MS = 3_000;
/** A socket that is cut, and the tries to come back before the table is there again. */
const OF_THE_WAY_BACK = /WebSocket connection to 'ws:|\/matchmake\//;

let folder: string;
let cluster: Cluster;
let browser: Browser;
let person: Person | null = null;

beforeAll(async () => {
  // Whatever this command does, it builds the client first where that is stale.
  const { code } = await runNode({ args: ["server/bin/croupier.mjs", "cluster", "--help"] });
  expect(code).toBe(0);
  folder = mkdtempSync(join(tmpdir(), "croupier-pages-"));
  [cluster, browser] = await Promise.all([
    startCluster({ folder, processes: 2, env: { TABLES, ...SHORT_CHAINS, LOG_LEVEL: "info" } }),
    launchBrowser(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await cluster?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  for (const process of cluster.processes) if (!process.alive) await process.start();
  const evenly = () => cluster.processes.map((process) => tablesOf(process).length);
  await expect.poll(evenly, { timeout: 20_000 }).toEqual([1, 1]);
});

afterEach(async () => {
  await person?.leave();
});

/** Somebody at the table of the first process, with chips on the felt and some of the betting left. */
async function seatedPerson(screen: Screen) {
  const [holder] = cluster.processes as readonly [ClusterProcess];
  const [tableId = ""] = tablesOf(holder);
  const { url } = cluster;
  person = await Person.enter(browser, { url, name: "Ada", screen });
  await person.sit(tableId);
  const round = await person.untilBetting({ leftMs: TIME_TO_BET_MS });
  await person.bet("red", 25);
  await person.bet("straight:17", 5);
  await person.untilNumber("#stake", "=", STAKE);
  return { person, holder, tableId, round, heard: await person.hears("#connection") };
}

/** The round is settled in the books, and the page has what it brought. */
async function expectSettled(ada: Person, tableId: string, round: number): Promise<void> {
  const record = (await (await fetch(`${cluster.url}/api/rounds/${tableId}/${round}`)).json()) as {
    readonly status: string;
    readonly payouts: readonly { playerId: string; stake: number; returned: number }[];
  };
  expect(record.status).toBe("settled");
  const [payout] = record.payouts;
  expect(payout?.stake).toBe(STAKE);
  const balance = START - STAKE + (payout?.returned ?? Number.NaN);
  await ada.untilNumber("#balance", "=", balance);
  const headers = { authorization: `Bearer ${await ada.token()}` };
  const me = await fetch(`${cluster.url}/api/me`, { headers });
  expect(await me.json()).toMatchObject({ playerId: payout?.playerId, balance });
}

function expectNoComplaints({ complaints, logged }: Person): void {
  expect(complaints).toEqual([]);
  expect(logged.filter((line) => !OF_THE_WAY_BACK.test(line))).toEqual([]);
}

describe("the page, at a table whose process", () => {
  it("is drained, moves with its table after the round and plays on", async () => {
    const { person: ada, holder, tableId, round, heard } = await seatedPerson("desktop");
    const draining = holder.drain();
    expect(await ada.untilBetting({ after: round })).toBeGreaterThan(round);
    await expectSettled(ada, tableId, round);
    expect((await draining)?.code).toBe(0);
    await ada.untilText("#connection", "");
    await ada.untilBetting({ leftMs: TIME_TO_BET_MS });
    await ada.bet("black", 25);
    await ada.untilNumber("#stake", "=", 25);
    const others = cluster.processes.filter((process) => process !== holder);
    expect(others.flatMap(tablesOf)).toContain(tableId);
    // A move that is over before the next picture is drawn is not spoken of at all.
    const said = (await heard()).filter((words) => words !== "");
    expect(said.filter((words) => !words.startsWith("The table is moving"))).toEqual([]);
    expectNoComplaints(ada);
  });

  it("is killed, says so, and comes back to the same round with the same bets", async () => {
    const { person: grace, holder, tableId, round, heard } = await seatedPerson("phone");
    await holder.kill();
    await grace.untilText("#connection", "Your bets stand");
    await grace.picture("6-lost");
    await grace.untilText("#connection", "");
    await grace.untilSpot("red", 25);
    expect(await grace.untilNumber("#stake", "=", STAKE)).toBe(STAKE);
    expect(await grace.untilNumber("#round", ">", 0)).toBe(round);
    await grace.picture("7-back");
    await grace.untilBetting({ after: round });
    await expectSettled(grace, tableId, round);
    expect((await heard()).at(-1)).toBe("");
    expectNoComplaints(grace);
  });
});
