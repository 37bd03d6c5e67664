import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

const CLUSTER = ["e2e/cluster/{nginx*,main}.e2e.test.ts", "e2e/trials/{ghosts,redis}.e2e.test.ts"];

/** Whole servers are started there as well, where it is the start that matters. */
const BENEATH = [
  "server/src/{audit,db,ledger,players,rounds}/**/*.integration.test.ts",
  "server/src/cluster/!(processes).integration.test.ts",
  "server/src/tables/!(bankAway).integration.test.ts",
  "server/src/{database,preflight*}.integration.test.ts",
  "server/bench/*.integration.test.ts",
  "e2e/bots/*.integration.test.ts",
];

/** What both kinds of integration tests have. */
const INTEGRATION = {
  root,
  globalSetup: ["server/src/testing/postgres.global.ts", "server/src/testing/redis.global.ts"],
  sequence: { groupOrder: 1 },
  maxWorkers: 2,
  testTimeout: 30_000,
  hookTimeout: 60_000,
};

/** Whole processes are as slow as the machine is busy: this only ends what would never end. */
const HANGS_MS = 300_000;

/**
 * Five projects, the same order (`groupOrder`) at the same time and all else one after the other, because
 * what measures time must not share two cores with what spends it:
 * - `unit`: no process, no socket, no database;
 * - `beneath`: the server's parts beneath the transport, on a real Postgres and Redis, a database of its
 *   own per file: the same on either transport;
 * - `integration`: its other parts, beside them;
 * - `e2e`: whole server processes, alone and several, and a real browser, one file at a time;
 * - `cluster`: the proxy, the command, and Redis away from many processes: the same on either transport.
 */
export default defineConfig({
  root,
  test: {
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "unit",
          root,
          include: [
            "shared/src/**/*.test.ts",
            "server/{src,bin,bench,sim,mutants}/**/*.test.ts",
            "client/src/**/*.test.ts",
            "e2e/{bots,cluster,command,containers,faults,trials}/**/*.test.ts",
            "e2e/src/**/*.test.ts",
            ".config/**/*.test.ts",
          ],
          exclude: ["**/*.integration.test.ts", "**/*.e2e.test.ts", "**/node_modules/**"],
          sequence: { groupOrder: 0 },
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...INTEGRATION,
          name: "beneath",
          include: BENEATH,
          exclude: ["**/node_modules/**"],
        },
      },
      {
        test: {
          ...INTEGRATION,
          name: "integration",
          include: ["{server,e2e}/**/*.integration.test.ts"],
          exclude: ["**/node_modules/**", ...BENEATH],
        },
      },
      {
        test: {
          name: "e2e",
          root,
          include: ["e2e/{cluster,src,trials}/**/*.e2e.test.ts"],
          exclude: ["**/node_modules/**", ...CLUSTER],
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          testTimeout: HANGS_MS,
          hookTimeout: HANGS_MS,
        },
      },
      {
        test: {
          name: "cluster",
          root,
          include: CLUSTER,
          exclude: ["**/node_modules/**"],
          sequence: { groupOrder: 3 },
          fileParallelism: false,
          testTimeout: HANGS_MS,
          hookTimeout: HANGS_MS,
        },
      },
    ],
  },
});
