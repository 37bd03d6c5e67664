/**
 * Lean players in a process of their own: `leanMain.ts URL TABLES PLAYERS`. It tells again and again, in
 * a line of JSON, how many are in and how often anybody got in, and ends with its standard input.
 */
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { LeanWatcher } from "./leanPlayer.ts";
import { LeanPlayer } from "./leanPlayer.ts";

/** Who comes in at the same time. */
const DOORS = 32;
const TELL_MS = 100;
const REQUEST_MS = 30_000;
/** Who is not let in at all ends the whole crowd, with the reason. */
const SIGN_IN_TRIES = 20;
const SIGN_IN_PAUSE_MS = 500;
/** Addresses that they call from. */
const HOMES = 16;

const [url = "", tables = "", count = "0"] = process.argv.slice(2);
const tableIds = tables.split(",");
const homes = Array.from({ length: HOMES }, (_, index) => `127.2.0.${index + 1}`);
const agents = homes.map((localAddress) => new Agent({ keepAlive: true, localAddress }));
const players: LeanPlayer[] = [];
let entries = 0;
let anew = 0;
let failures = 0;

const watcher: LeanWatcher = {
  entered: (byMatchmaker) => {
    entries += 1;
    if (byMatchmaker) anew += 1;
  },
  failed: () => {
    failures += 1;
  },
};

function posterFrom(home: number) {
  return (path: string, body: object, token?: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const agent = agents[home];
      const asked = request(url + path, { method: "POST", headers, agent, timeout: REQUEST_MS });
      asked.on("error", reject);
      asked.on("timeout", () => asked.destroy(new Error("no answer")));
      asked.on("response", async (response) => {
        try {
          const text = (await response.setEncoding("utf8").toArray()).join("");
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${path}: ${response.statusCode} ${text}`));
        } catch (error) {
          reject(error);
        }
      });
      asked.end(JSON.stringify(body));
    });
}

async function enter(index: number): Promise<void> {
  const home = index % HOMES;
  const post = posterFrom(home);
  const signIn = async (triesLeft = SIGN_IN_TRIES): Promise<string> => {
    try {
      const body = await post("/auth/anonymous", { options: { name: `Watcher ${index}` } });
      return (body as { token: string }).token;
    } catch (error) {
      watcher.failed();
      if (triesLeft === 1) throw error;
      await pause(SIGN_IN_PAUSE_MS);
      return await signIn(triesLeft - 1);
    }
  };
  const player = new LeanPlayer(
    {
      url,
      tableId: tableIds[index % tableIds.length] ?? "",
      token: await signIn(),
      localAddress: homes[home] ?? "",
      post,
    },
    watcher,
  );
  players.push(player);
  await player.join();
}

function tell(): void {
  const inside = players.reduce((sum, player) => sum + (player.isIn ? 1 : 0), 0);
  process.stdout.write(`${JSON.stringify({ at: Date.now(), inside, entries, anew, failures })}\n`);
}

const telling = setInterval(tell, TELL_MS);
const numbers = Array.from({ length: Number(count) }, (_, index) => index).values();
const door = async () => {
  for (const number of numbers) await enter(number);
};
void Promise.all(Array.from({ length: DOORS }, door));
process.stdin.resume();
process.stdin.on("end", () => {
  clearInterval(telling);
  for (const player of players) player.leave();
  for (const agent of agents) agent.destroy();
});
