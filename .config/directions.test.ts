import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/**
 * Which folders may import which, within each part of the house: imports run one way. Lint rules
 * hold the parts apart (`imports.test.ts`); this holds what is in them apart. A test may import
 * whatever it needs.
 */
interface Directions {
  /** Whose folders these are. */
  readonly root: string;
  /** What each folder may import besides itself. Files beside the folders put them together. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** Folder or file that may import one file more, and why. */
  readonly exceptions: readonly (readonly [from: string, to: string, why: string])[];
}

const PORT = "tables say in their own words what they need of a bank; these files do it";
const START = "a start that is refused says so in one kind of error";

const HOUSE: readonly Directions[] = [
  {
    root: "shared/src",
    folders: { core: [], protocol: ["core"], testing: ["core", "protocol"] },
    exceptions: [],
  },
  {
    root: "server/src",
    folders: {
      platform: [],
      config: ["platform"],
      db: ["platform"],
      transport: ["config", "platform"],
      tables: ["platform"],
      ledger: ["db", "platform"],
      rounds: ["ledger", "tables", "db", "platform"],
      players: ["ledger", "db", "platform"],
      audit: ["rounds", "db", "config", "platform"],
      rooms: ["tables", "platform"],
      cluster: ["rooms", "tables", "db", "platform"],
      admin: ["transport", "db", "config", "platform"],
      http: ["admin", "players", "rounds", "tables", "transport", "db", "platform"],
      testing: [
        ...["platform", "config", "db", "transport", "tables", "ledger", "rounds", "players"],
        ...["audit", "rooms", "cluster", "admin", "http", "(beside)"],
      ],
    },
    exceptions: [
      ["ledger", "tables/store.ts", PORT],
      ["ledger", "tables/lease.ts", PORT],
      ["db/errors.ts", "tables/store.ts", PORT],
      ["db/gatheredRead.ts", "tables/store.ts", PORT],
      ["db/embeddedMain.ts", "config/configError.ts", START],
      ["tables/claimPlace.ts", "config/configError.ts", START],
      ["rooms/matchmaking.ts", "cluster/redisHealth.ts", "Redis that is away is an answer here"],
      ["rooms/tableRoom.ts", "cluster/redisHealth.ts", "Redis that is away is an answer here"],
      ["rooms/house.ts", "players/chatBans.ts", "the shape of a ban, which chat is refused with"],
      ["rooms/tableRequests.ts", "players/chatBans.ts", "the same"],
      ["http/api.ts", "cluster/readCache.ts", "the shape of a read that is kept for a moment"],
      ["http/errors.ts", "rooms/refusalError.ts", "what the matchmaker refuses goes out over HTTP"],
      ["admin/chatBans.ts", "http/ports.ts", "the shape of the book of bans"],
    ],
  },
  {
    root: "e2e",
    folders: {
      command: [],
      bots: ["command"],
      src: ["bots", "command"],
      cluster: ["src", "bots", "command"],
      containers: ["cluster", "src", "bots", "command"],
      faults: ["cluster", "src", "bots", "command"],
      trials: ["faults", "cluster", "src", "bots", "command"],
      bench: ["trials", "faults", "cluster", "src", "bots", "command"],
    },
    exceptions: [],
  },
  {
    root: "client/src",
    folders: {
      style: [],
      store: [],
      net: ["store"],
      scene: ["store"],
      overlay: ["scene", "store"],
      testing: ["store", "net", "scene", "overlay"],
    },
    exceptions: [["overlay/house.ts", "net/account.ts", "the shape of what the account asks for"]],
  },
];

const repository = fileURLToPath(new URL("..", import.meta.url));
const BESIDE = "(beside)";

/** By path under `root`: the text of each file that is no test. */
function filesOf(root: string): ReadonlyMap<string, string> {
  const directory = join(repository, root);
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules/"))
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"));
  return new Map(paths.map((path) => [path, readFileSync(join(directory, path), "utf8")]));
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;

/** What the file imports of others, as paths under the same root. */
function importsOf(path: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((found) => normalize(join(dirname(path), found[1] ?? "")));
}

const folderOf = (path: string) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : BESIDE);

/** Imports that run the other way, and exceptions that nobody needs. */
function offences({ folders, exceptions }: Directions, files: ReadonlyMap<string, string>) {
  const against: string[] = [];
  const unused = new Set(exceptions.map(([from, to]) => `${from} -> ${to}`));
  for (const [path, text] of files) {
    const folder = folderOf(path);
    if (folder === BESIDE) continue;
    for (const target of importsOf(path, text)) {
      const aim = folderOf(target);
      // What leads out of the root is looked at below, and by the lint rules.
      if (aim === folder || aim === "..") continue;
      if (folders[folder]?.includes(aim)) continue;
      const excepted = [`${path} -> ${target}`, `${folder} -> ${target}`].filter((one) =>
        exceptions.some(([from, to]) => one === `${from} -> ${to}`),
      );
      for (const one of excepted) unused.delete(one);
      if (excepted.length === 0) against.push(`${path} -> ${target}`);
    }
  }
  return { against, unused: [...unused] };
}

describe.each(HOUSE)("in $root", (directions) => {
  const files = filesOf(directions.root);

  it("every folder has its place", () => {
    const folders = new Set([...files.keys()].map(folderOf).filter((name) => name !== BESIDE));
    expect([...folders].filter((name) => directions.folders[name] === undefined)).toEqual([]);
  });

  it("no two folders may import one another, and none itself by others", () => {
    const reaches = (from: string, to: string): boolean =>
      (directions.folders[from] ?? []).some((next) => next === to || reaches(next, to));
    const circles = Object.keys(directions.folders).filter((name) => reaches(name, name));
    expect(circles).toEqual([]);
  });

  it("imports run one way", () => {
    expect(offences(directions, files)).toEqual({ against: [], unused: [] });
  });
});

/** Other parts are named as packages, which say what of them may be used. */
describe.each(["shared", "server", "server/src", "client/src", "e2e"])("out of %s", (root) => {
  it("no path leads: others are reached by their packages' names", () => {
    const files = filesOf(root);
    expect(files.size).toBeGreaterThan(10);
    const out = [...files].flatMap(([path, text]) =>
      importsOf(path, text)
        .filter((target) => target.startsWith("../"))
        .map((target) => `${path} -> ${target}`),
    );
    expect(out).toEqual([]);
  });
});

describe("the look at imports", () => {
  const directions: Directions = {
    root: "anywhere",
    folders: { low: [], high: ["low"] },
    exceptions: [["low/odd.ts", "high/a.ts", "a reason"]],
  };
  const look = (path: string, text: string) =>
    offences(directions, new Map([[path, text]])).against;

  it.each<[string, string, string]>([
    ["a value", "low/b.ts", 'import { a } from "../high/a.ts";'],
    ["a type", "low/b.ts", 'import type { A } from "../high/a.ts";'],
    ["many lines", "low/b.ts", 'import {\n  a,\n  b,\n} from "../high/a.ts";'],
    ["what is handed on", "low/b.ts", 'export { a } from "../high/a.ts";'],
    ["what is loaded later", "low/b.ts", 'const { a } = await import("../high/a.ts");'],
    ["what is only run", "low/b.ts", 'import "../high/a.ts";'],
    ["a folder further down", "low/deep/b.ts", 'import { a } from "../../high/a.ts";'],
    ["a file beside the folders", "high/b.ts", 'import { a } from "../main.ts";'],
  ])("sees %s", (_what, path, text) => {
    expect(look(path, text)).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ["the same folder", "low/b.ts", 'import { a } from "./a.ts";'],
    ["a lower one", "high/b.ts", 'import { a } from "../low/a.ts";'],
    ["a package", "low/b.ts", 'import { a } from "high";'],
    ["an exception", "low/odd.ts", 'import { a } from "../high/a.ts";'],
    ["what puts all together", "main.ts", 'import { a } from "./high/a.ts";'],
  ])("lets %s through", (_what, path, text) => {
    expect(look(path, text)).toEqual([]);
  });

  it("wants no exception that nobody needs", () => {
    expect(offences(directions, new Map()).unused).toEqual(["low/odd.ts -> high/a.ts"]);
  });
});
