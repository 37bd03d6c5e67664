/** T9–T11: somebody dies while a table is handed over, as its process was asked to end. */
import { expectDeath, whoeverOf } from "./deaths.ts";
import type { SharedHouse } from "./sharedHouse.ts";
import type { Stage } from "./stage.ts";
import { tablesWith } from "./stage.ts";

const OPERATIONS = 80;
const MEASURED = "from a death in a hand-over to the next bet";

/** T9, T10: the one that gives the table up, before the lease is given up and after it. */
async function dieGivingUp(stage: Stage, house: SharedHouse, row: "T9" | "T10"): Promise<void> {
  await house.restart({ mutants: [`crash-${row}`] });
  await stage.plays(OPERATIONS);
  await house.arm(true);
  const { process } = await house.holder();
  // It ends before it has drained.
  const ends = process.drain();
  await expectDeath(stage, row);
  const since = Date.now();
  await ends;
  await stage.goOn(MEASURED, since);
  await stage.everyoneIsBack();
}

/** T11: the one that it is given up to; a third one is there. */
async function dieReceiving(stage: Stage, house: SharedHouse): Promise<void> {
  await house.restart({ tables: tablesWith(), everyone: ["crash-T11"] });
  await stage.everyoneIsBack();
  await stage.plays(OPERATIONS);
  const others = house.others(await house.holder());
  for (const other of others) other.arm(true);
  const [since] = await Promise.all([
    expectDeath(stage, "T11", whoeverOf(others)).then(() => Date.now()),
    house.stop(),
  ]);
  await stage.goOn(MEASURED, since);
  await stage.everyoneIsBack();
}

export async function dieHandingOver(stage: Stage, house: SharedHouse): Promise<void> {
  await dieGivingUp(stage, house, "T9");
  await dieGivingUp(stage, house, "T10");
  await dieReceiving(stage, house);
}
