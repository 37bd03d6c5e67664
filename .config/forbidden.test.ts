import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/**
 * What the parts that this house is built of offer, and what it does not use: each of these works in
 * a try and fails in a crowd, or in a bad night.
 */
interface Forbidden {
  readonly what: string;
  readonly pattern: RegExp;
  /** Where it is looked for. */
  readonly under: readonly string[];
  /** Where it has its place all the same. */
  readonly except?: readonly string[];
  /** A line that has to be found, so that the pattern finds something. */
  readonly sample: string;
}

const ROOMS = ["server/src/rooms"];
const GAME = ["shared/src", "server/src", "server/sim"];
const SERVER = ["server/src"];

const FORBIDDEN: readonly Forbidden[] = [
  {
    what: "a view of the state for each player: it costs 250 times what one patch for all does",
    pattern: /\bStateView\b|[@.]view\b/,
    under: ROOMS,
    sample: "client.view = new StateView();",
  },
  {
    what: "filters of the state, which are views by another name",
    pattern: /@filter|\bfilterChildren\b/,
    under: ROOMS,
    sample: '@filter(function () {}) @type("string") card;',
  },
  {
    what: "inputs and unreliable fields: they add a frame for each client and tick",
    pattern: /\bdefineInput\b|\bunreliable\b/i,
    under: ROOMS,
    sample: "defineInput({ bet: t.string() });",
  },
  {
    what: "a room's own clock: it fires with patches only, in no certain order; the table has the time",
    pattern: /\b(this|room)\.clock\b/,
    under: ROOMS,
    sample: "this.clock.setTimeout(() => this.spin(), 1_000);",
  },
  {
    what: "a simulation interval: rounds are turned by the table's host",
    pattern: /\bsetSimulationInterval\b/,
    under: ROOMS,
    sample: "this.setSimulationInterval(() => this.tick());",
  },
  {
    what: "chance that can be guessed: outcomes come from seeds, and jitter from platform/uniform",
    pattern: /\bMath\.random\b/,
    under: GAME,
    sample: "const pocket = Math.floor(Math.random() * 37);",
  },
  {
    what: "a room of the bare class: HouseRoom keeps an uncaught error in its room",
    pattern: /\bextends Room\b/,
    under: SERVER,
    except: ["server/src/rooms/houseRoom.ts"],
    sample: "class TableRoom extends Room<State> {",
  },
  {
    what: "rooms made on demand: tables exist by configuration",
    pattern: /\b(createRoom|joinOrCreate)\b/,
    under: SERVER,
    except: ["server/src/rooms/openRooms.ts"],
    sample: 'await matchMaker.joinOrCreate("table");',
  },
  {
    what: "an address that anybody may claim: the transport settles whose a request is",
    pattern: /x-forwarded-for|x-client-ip/i,
    under: SERVER,
    except: ["server/src/transport/address.ts"],
    sample: 'headers.get("X-Forwarded-For")',
  },
  {
    what: "a pool whose idle clients' errors end the process: there is one, which hears them",
    pattern: /\bnew (pg\.)?Pool\b/,
    under: SERVER,
    except: ["server/src/db/pool.ts"],
    sample: "const pool = new pg.Pool();",
  },
  {
    what: "a lock that goes with its connection while its holder believes in it: a table has a lease",
    pattern: /\bpg_(try_)?advisory_lock\b/,
    under: ["server/src/tables", "server/src/rounds", "server/src/ledger", "server/src/cluster"],
    sample: "SELECT pg_advisory_lock($1)",
  },
  {
    what: "a connection to Redis without the house's bounds",
    pattern: /\bcreateClient\(|\bnew (Redis|IORedis|RedisPresence|RedisDriver)\(/,
    under: SERVER,
    except: ["server/src/cluster/redisConnection.ts", "server/src/testing/ownRedis.ts"],
    sample: "const presence = new RedisPresence(url);",
  },
];

const repository = fileURLToPath(new URL("..", import.meta.url));

/** The files under `folder` that are no tests, and their texts without what is said about them. */
function codeUnder(folder: string): readonly (readonly [path: string, code: string])[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .map((path) => [path, codeOf(readFileSync(join(repository, path), "utf8"))]);
}

/** Comments may name what the code may not use. One begins a line: a string may hold its beginning. */
const codeOf = (text: string) =>
  text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, "").replace(/^[ \t]*\/\/.*$/gm, "");

describe("the house does not use", () => {
  it.each(FORBIDDEN)("$what", ({ pattern, under, except = [], sample }) => {
    expect(sample).toMatch(pattern);
    const files = under.flatMap(codeUnder);
    expect(files.length).toBeGreaterThan(0);
    const found = files.filter(([, code]) => pattern.test(code)).map(([path]) => path);
    // Exact: a place that needs no exception any more has none.
    expect(found.toSorted()).toEqual([...except].toSorted());
  });

  it("but may say why, in a comment", () => {
    expect(codeOf("/** No Math.random here. */\n  // nor Math.random\nconst a = 1;")).not.toMatch(
      /Math/,
    );
    expect(codeOf('const url = "http://host"; // told')).toContain("http://host");
  });

  it("also behind what looks like a comment in a string", () => {
    const code = 'app.any("/*", answer);\nconst a = Math.random();\n/** Told. */\nconst b = 1;';
    expect(codeOf(code)).toMatch(/Math\.random/);
    expect(codeOf(code)).not.toMatch(/Told/);
  });
});
