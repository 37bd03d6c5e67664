/** The crash points of tables that nobody runs any more; those of rounds are beside this file. */
import { describe, expect, it } from "vitest";
import { closedTables } from "../rounds/closedTables.ts";
import { STARTING_CHIPS } from "../testing/bankRig.ts";
import type { Place } from "../testing/crashPlaces.ts";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import type { CrashStage } from "../testing/crashStage.ts";
import { red } from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { setUpStages } from "../testing/setUpStages.ts";
import { Closing } from "./closing.ts";
import { LEASE_MS } from "./lease.ts";

const { LOCK, SETTLE, TAKE, VOID } = STATEMENTS;

let stage: CrashStage;
let ada: string;
setUpStages(async (fresh) => {
  stage = fresh;
  ada = await stage.player();
});

describe("a table that was taken out of the configuration", () => {
  /** What another process does that has other tables only; answers what is told of it so far. */
  async function looks({ leases, stores }: MortalProcess): Promise<() => Promise<string[]>> {
    const { database, clock } = stage.rig;
    const others = await tablesBut(stage.config.tableId);
    const told: string[] = [];
    const closing = new Closing({
      find: () => closedTables(database.serverPool, others),
      leases,
      stores,
      clock,
      model: { ...stage.config, tableId: "another", wheel: "american", zeroRule: "none" },
      finished: ({ tableId: id }) => told.push(`finished ${id}`),
      failed: (id, error) => told.push(`${id}: ${error}`),
    });
    return () => closing.look().then(() => told);
  }

  /** A process dies at `place` while it closes the table. */
  async function dieClosing(place: Place): Promise<void> {
    const dying = stage.process();
    const look = await looks(dying);
    await stage.expireLease();
    expect(await look()).toEqual([]);
    stage.rig.clock.advance(2 * LEASE_MS);
    const dead = dying.meets("death", place);
    void look();
    await dead;
  }

  async function tablesBut(tableId: string): Promise<readonly string[]> {
    const { rows } = await stage.rig.database.pool.query<{ table_id: string }>(
      "SELECT table_id FROM leases WHERE table_id <> $1",
      [tableId],
    );
    return rows.map(({ table_id }) => table_id);
  }

  /** Of every round of the table, in order. */
  async function statuses(): Promise<readonly string[]> {
    const { rows } = await stage.rig.database.pool.query<{ status: string }>(
      "SELECT status FROM rounds WHERE table_id = $1 ORDER BY round",
      [stage.config.tableId],
    );
    return rows.map(({ status }) => status);
  }

  /** Nothing is done for two lives of a lease; then the round ends, once, and nothing follows. */
  async function expectClosed(from: string, to: string): Promise<void> {
    const { clock } = stage.rig;
    const look = await looks(stage.process());
    // The dead one's lease is over as far as the database goes: that is not what is waited for.
    await stage.expireLease();
    expect(await look()).toEqual([]);
    clock.advance(2 * LEASE_MS - 1);
    expect(await look()).toEqual([]);
    expect(await statuses()).toEqual([from]);
    clock.advance(1);
    const finished = [`finished ${stage.config.tableId}`];
    expect(await look()).toEqual(finished);
    expect(await statuses()).toEqual([to]);
    for (let later = 0; later < 3; later += 1) {
      clock.advance(2 * LEASE_MS);
      expect(await look()).toEqual(finished);
    }
    expect(await statuses()).toEqual([to]);
    const { rows } = await stage.rig.database.pool.query(
      "SELECT holder FROM leases WHERE table_id = $1",
      [stage.config.tableId],
    );
    expect(rows).toEqual([{ holder: null }]);
  }

  /** The round was taken back as the table's last one, and Ada has her chips. */
  async function expectTakenBack(commitment: string): Promise<void> {
    const reason = "The table was closed.";
    expect(await stage.record(1)).toMatchObject({ status: "void", commitment, reason });
    expect(await stage.balance(ada)).toBe(STARTING_CHIPS);
  }

  async function dieLocked(): Promise<void> {
    const dying = await stage.bettingWithChips(ada);
    void dying.meets("death", { moment: "after the commit of", statement: LOCK });
    await dying.untilDead();
  }

  it("A1: nobody has the table any more, and its process ended in betting", async () => {
    const dying = await stage.bettingWithChips(ada);
    const { commitment } = dying.host.state;
    dying.die();
    await expectClosed("open", "void");
    await expectTakenBack(commitment);
  });

  it("A2: nobody has the table any more, and its process ended after the lock", async () => {
    await dieLocked();
    await expectClosed("locked", "settled");
    await stage.expectSettled(1, [red(ada, 100)]);
  });

  it("A3: another process closes the table, its lease is taken, its round is as it was", async () => {
    const first = await stage.bettingWithChips(ada);
    first.die();
    await dieClosing({ moment: "after", statement: TAKE });
    await expectClosed("open", "void");
    await expectTakenBack(first.host.state.commitment);
  });

  it("A4: another process closes the table, the void is not committed", async () => {
    const first = await stage.bettingWithChips(ada);
    first.die();
    await dieClosing({ moment: "before the commit of", statement: VOID });
    await expectClosed("open", "void");
    await expectTakenBack(first.host.state.commitment);
  });

  it("A5: another process closes the table, the void is committed, the lease is not given up", async () => {
    const first = await stage.bettingWithChips(ada);
    const { commitment } = first.host.state;
    first.die();
    await dieClosing({ moment: "after the commit of", statement: VOID });
    await expectTakenBack(commitment);
    const look = await looks(stage.process());
    for (let later = 0; later < 3; later += 1) {
      expect(await look()).toEqual([]);
      stage.rig.clock.advance(2 * LEASE_MS);
    }
    expect(await statuses()).toEqual(["void"]);
    // Should the table be somebody's again, it goes on with the next round.
    const next = await stage.takeover();
    await next.until("betting");
    const { seed } = (await stage.record(1)) as { seed: string };
    expect(next.host.state).toMatchObject({ round: 2, commitment: seed });
  });

  it("A6: another process closes the table, the settlement is not committed", async () => {
    await dieLocked();
    await dieClosing({ moment: "before the commit of", statement: SETTLE });
    await expectClosed("locked", "settled");
    await stage.expectSettled(1, [red(ada, 100)]);
  });
});
