/** The crash points of what players are given: whoever comes for the first time, or with few chips. */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "@colyseus/sdk";
import { readTransfers } from "../bots/books.ts";
import { botFetch } from "../bots/network.ts";
import type { Attempt, Errand } from "./errands.ts";
import type { Stage } from "./stage.ts";
import { OverdueError } from "./wait.ts";

/** As the server has them where nothing else is said. */
const CHIPS = { starting: 10_000, daily: 1_000 } as const;
/** So much of the starting chips that the rest is less than the daily ones. */
const NEARLY_ALL = 9_500;
const PASSWORD = "correct horse battery staple";
/** A round's end, and the answers to all that is asked. */
const ANSWER_MS = 20_000;
const LOOK_MS = 50;
const MOST_ROUNDS = 10;

function clientOf(url: string, token = ""): Client {
  const client = new Client(url, { fetchFn: botFetch });
  client.auth.token = token;
  return client;
}

/**
 * Chips, and how often something of a kind was given, by the player's transfers: to ask for the balance
 * is to ask for the daily chips.
 */
async function booksOf(stage: Stage, token: string, kind: string) {
  const account = { url: stage.house.url, token, until: Date.now() + ANSWER_MS };
  const transfers = await readTransfers(account);
  const balance = transfers.reduce((sum, { amount }) => sum + amount, 0);
  return { balance, times: transfers.filter((transfer) => transfer.kind === kind).length };
}

/** Somebody registers with a password; `committed`: they are in the books when the server dies. */
async function registering(stage: Stage, committed: boolean): Promise<Attempt> {
  const email = `${randomUUID()}@example.org`;
  const register = (url: string) =>
    clientOf(url).auth.registerWithEmailAndPassword(email, PASSWORD, { name: "Newcomer" });
  return {
    act: register,
    async faults() {
      const again = await register(stage.house.url).then(
        () => "taken anew",
        () => "refused",
      );
      const { token } = await clientOf(stage.house.url).auth.signInWithEmailAndPassword(
        email,
        PASSWORD,
      );
      const { balance, times } = await booksOf(stage, token, "grant");
      const faults: string[] = [];
      if (again !== (committed ? "refused" : "taken anew")) {
        faults.push(`who registered again was ${again}`);
      }
      if (balance !== CHIPS.starting || times !== 1) {
        faults.push(`the newcomer has ${balance} chips, given ${times} times`);
      }
      return faults;
    },
  };
}

/** P1: nothing of the player is committed. */
export const registers: Errand = (stage) => registering(stage, false);
/** P2: the player is committed, and was not told. */
export const registersUnheard: Errand = (stage) => registering(stage, true);

/** A seat for some moments: whoever takes one is given the daily chips. */
async function takesSeat(url: string, stage: Stage, token: string): Promise<void> {
  const [tableId] = stage.tableIds;
  const room = await clientOf(url, token).join("table", { tableId });
  room.reconnection.enabled = false;
  room.onMessage("*", () => undefined);
  await room.leave();
}

/** Bets nearly all on a colour; answers who that was, when the round is over. */
async function risksNearlyAll(stage: Stage, colour: "red" | "black"): Promise<string> {
  const { house, tableIds } = stage;
  const [tableId] = tableIds;
  const client = clientOf(house.url);
  const { token } = await client.auth.signInAnonymously({ name: "Risky" });
  const room = await client.join("table", { tableId });
  room.reconnection.enabled = false;
  room.onMessage("*", () => undefined);
  const bet = { op: randomUUID(), chips: [[colour, NEARLY_ALL]] };
  for (const until = Date.now() + ANSWER_MS; ; await pause(LOOK_MS)) {
    if (Date.now() > until) throw new OverdueError(`no bet on ${colour} was taken`);
    const answer = await room.request("bet", bet).catch(() => null);
    if (answer === null) continue;
    await room.leave();
    await ends(stage, (answer as { round: number }).round);
    return token;
  }
}

async function ends({ database, tableIds: [tableId] }: Stage, round: number): Promise<void> {
  for (const until = Date.now() + ANSWER_MS; Date.now() < until; await pause(LOOK_MS)) {
    const [record] = await database.ask<{ status: string }>(
      `SELECT status FROM rounds WHERE table_id = '${tableId}' AND round = ${round}`,
    );
    if (record?.status === "settled") return;
  }
  throw new OverdueError(`round ${round} did not end`);
}

/** Somebody who has few chips left: two bet against one another until one of them has lost. */
async function poor(stage: Stage): Promise<string> {
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const colours = ["red", "black"] as const;
    for (const token of await Promise.all(colours.map((one) => risksNearlyAll(stage, one)))) {
      if ((await booksOf(stage, token, "daily")).balance < CHIPS.daily) return token;
    }
  }
  throw new OverdueError(`nobody has lost in ${MOST_ROUNDS} rounds`);
}

async function comingBackPoor(stage: Stage, committed: boolean): Promise<Attempt> {
  const token = await poor(stage);
  return {
    act: (url) => takesSeat(url, stage, token),
    async faults() {
      const before = await booksOf(stage, token, "daily");
      await takesSeat(stage.house.url, stage, token);
      const { balance, times } = await booksOf(stage, token, "daily");
      const faults: string[] = [];
      if (before.times !== (committed ? 1 : 0)) {
        faults.push(
          `the daily chips were given ${before.times} times before they were asked for again`,
        );
      }
      if (balance !== CHIPS.daily || times !== 1) {
        faults.push(`who came back has ${balance} chips, given ${times} times that day`);
      }
      return faults;
    },
  };
}

/** P4: the daily chips are not committed. */
export const comesBackPoor: Errand = (stage) => comingBackPoor(stage, false);
/** P5: they are committed, and the player was not told. */
export const comesBackPoorUnheard: Errand = (stage) => comingBackPoor(stage, true);
