/** A bank that hangs while nobody bets, with the time limits that the server has (specification, 6). */
import { phaseOf } from "@croupier/shared/core/table/state";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { migrate } from "../db/migrate.ts";
import { createPool, SERVER_ROLE } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import { uniform } from "../platform/uniform.ts";
import { TableLeases } from "../rounds/tableLeases.ts";
import { createPostgresTableStores } from "../rounds/tableStore.ts";
import { ManualClock } from "../testing/manualClock.ts";
import type { OwnPostgres } from "../testing/ownPostgres.ts";
import { createOwnPostgres } from "../testing/ownPostgres.ts";
import { tableConfig } from "../testing/rounds.ts";
import { BEAT_MS } from "./lease.ts";
import { Tables } from "./tables.ts";

/** A database is started, on whatever machine. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** An idle table shows it after so long, 2 s of which the database has for a beat, by its own clock. */
const SHOWN_MS = 5_000 - 2_000;

let postgres: OwnPostgres;
let tables: Tables;
let failedBeats: number;
const clock = new ManualClock();
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  postgres = await createOwnPostgres();
  ends.push(() => postgres.close());
  const log = createLogger("silent");
  const owner = createPool(postgres.url, log);
  await migrate(owner);
  await owner.end();
  const pool = createPool(postgres.url, log, { role: SERVER_ROLE });
  const pipelined = createPool(postgres.url, log, { role: SERVER_ROLE, pipeline: true, most: 3 });
  ends.push(() => Promise.all([pool.end(), pipelined.end()]));
  const shared = { pool, pipelined, log, clock, seedKey: Buffer.alloc(32, 7) };
  const leases = new TableLeases({ pool: pipelined, log, disconnected: () => undefined });
  ends.push(() => leases.close());
  failedBeats = 0;
  const nothing = () => undefined;
  tables = new Tables({
    configs: [{ ...tableConfig("idle"), bettingMs: 600_000 }],
    leases,
    stores: createPostgresTableStores({ ...shared, chainLength: 5_000 }),
    clock,
    random: uniform,
    observer: {
      turned: nothing,
      unavailable: nothing,
      froze: nothing,
      leased: nothing,
      handedOver: nothing,
      unleased: nothing,
      noBeat: () => {
        failedBeats += 1;
      },
    },
  });
  await tables.open();
  ends.push(() => tables.stop());
  await expect.poll(laterShown, { timeout: 20_000 }).toBe("betting");
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const shown = () => {
  const host = tables.hosts.get("idle");
  return host && phaseOf(host.state);
};
/** In steps that are small beside the betting time. */
const laterShown = () => {
  clock.advance(100);
  return shown();
};

it("is shown by an idle table in time, and so is its return", async () => {
  const { round } = tables.hosts.get("idle")?.state ?? {};
  const wake = await postgres.sleep();
  try {
    clock.advance(BEAT_MS);
    await expect.poll(() => failedBeats, { timeout: 20_000 }).toBe(1);
    expect(shown()).toBe("betting");
    clock.advance(SHOWN_MS - BEAT_MS);
    await expect.poll(shown).toBe("paused");
  } finally {
    await wake();
  }
  await expect.poll(laterShown, { timeout: 20_000 }).toBe("betting");
  expect(tables.hosts.get("idle")?.state.round).toBe(round);
});
