/** The crash points of a table that is handed over between two rounds. */
import { describe, expect, it } from "vitest";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import type { CrashStage } from "../testing/crashStage.ts";
import { red } from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { setUpStages } from "../testing/setUpStages.ts";
import { BankUnavailableError } from "./store.ts";
import { TableShare } from "./tableShare.ts";

let stage: CrashStage;
let ada: string;
/** Its first round, with a bet of Ada's, is over, and its table is to be given up. */
let leaving: MortalProcess;
setUpStages(async (fresh) => {
  stage = fresh;
  ada = await stage.player();
  leaving = await stage.bettingWithChips(ada);
  await leaving.finish();
});

/** The second round opens on the seed of the first one, which stays as it was settled. */
async function expectNextRound(next: MortalProcess): Promise<void> {
  const { seed } = (await stage.expectSettled(1, [red(ada, 100)])) as { seed: string };
  expect(await stage.count("rounds")).toBe(1);
  await next.start();
  await next.until("betting");
  expect(next.epoch).toBe(2);
  expect(next.host.state).toMatchObject({ round: 2, commitment: seed });
  await stage.expectSettled(1, [red(ada, 100)]);
}

describe("a hand-over", () => {
  it("T9: a table is handed over, the last round before it is over, the lease is not given up", async () => {
    leaving.die();
    await expectNextRound(stage.process());
  });

  it("T10: a table is handed over, the lease is given up, the others were not told", async () => {
    const place = { moment: "before", statement: STATEMENTS.NOTIFY } as const;
    const dead = leaving.meets("death", place);
    void leaving.release();
    await dead;
    const next = stage.process();
    await next.takeAtOnce();
    await expectNextRound(next);
  });

  it("T11: a table is handed over, the lease is given up to a process that ends before it takes it", async () => {
    const { tableId } = stage.config;
    const shareOf = ({ leases, clock }: MortalProcess) =>
      new TableShare({ store: leases, clock, tableIds: [tableId], players: () => new Map() });
    const receiver = stage.process();
    await shareOf(receiver).look();
    await leaving.release(receiver.leases.holder);
    const next = stage.process();
    const share = shareOf(next);
    await share.look();
    expect(share.toTake([tableId])).toEqual([]);
    receiver.die();
    const look = () => share.look().then(() => share.toTake([tableId]));
    await expect.poll(look, { interval: 5, timeout: 10_000 }).toEqual([tableId]);
    await next.takeAtOnce();
    await expectNextRound(next);
  });

  it("T12: a table is handed over, the giving up of its lease did not arrive, the process lives", async () => {
    const place = { moment: "before", statement: STATEMENTS.RELEASE } as const;
    const lost = leaving.meets("lost connection", place);
    await expect(leaving.release()).rejects.toThrow(BankUnavailableError);
    await lost;
    await expectNextRound(stage.process());
  });
});
