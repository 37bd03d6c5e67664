/**
 * Crash points at which the table is not the one that it was: a round that is locked while the table
 * gets another wheel, breaks an invariant, or is taken out of `TABLES`.
 */
import type { House } from "./house.ts";
import { Prober } from "./prober.ts";
import type { SharedHouse } from "./sharedHouse.ts";
import type { Slot } from "./slot.ts";
import type { Stage } from "./stage.ts";
import { tablesWith } from "./stage.ts";
import { inTime } from "./wait.ts";

export const CHANGED_ROWS = ["A1", "A2", "C11", "C12"] as const;
type Row = (typeof CHANGED_ROWS)[number];

/** A table that the crowd does not play at: bots give a table up that is not there. */
const SHUT = "shut";
/** Reasons of the void rounds that this makes, by the rules. */
const BY_THE_RULES = ["The table was closed.", "The table's wheel was changed"] as const;
const OPERATIONS = 40;
const DIES_MS = 20_000;
const PLAYABLE_MS = 10_000;
/** Two lives of a lease, the look for such tables, and the time that a busy machine takes. */
const CLOSES_MS = 20_000;
const FINISHED = /"tableId":"shut","round":(\d+),"msg":"finished the last round of a closed table"/;
const FROZE = /"a broken invariant"/;

/** Goes through the rows; the tables are as before at the end, and one more is there. */
export async function changeTables(stage: Stage): Promise<void> {
  for (const reason of BY_THE_RULES) stage.excused.add(reason);
  const closed = tablesWith();
  const tables = tablesWith([SHUT]);
  await freezeLocked(stage);
  await changeLocked(stage, {
    tables,
    changed: tablesWith([SHUT], { wheel: "american" }),
  });
  const { house, notes } = stage;
  const prober = await Prober.enter(house.url, SHUT);
  await closeTable(stage, { row: "A1", status: "void", tables, closed, prober });
  await closeTable(stage, { row: "A2", status: "settled", tables, closed, prober });
  await prober.untilAcknowledged(house.url, PLAYABLE_MS);
  for (const fault of await prober.faults(house.url)) notes.finding(fault);
}

interface Death {
  readonly mutant: string;
  readonly row: Row;
  /** Before it may die, and once it may. */
  readonly before?: () => Promise<unknown>;
  readonly meanwhile?: () => Promise<void>;
}

/** The server plays with the mutant in it until it died of that. */
async function dieOf(stage: Stage, { mutant, row, before, meanwhile }: Death): Promise<void> {
  const { house } = stage;
  await house.restart({ mutants: [mutant] });
  await before?.();
  await stage.plays(OPERATIONS);
  await house.arm(true);
  await meanwhile?.();
  await expectDeath(stage, row, house);
}

async function expectDeath({ notes }: Stage, row: Row, dying: House | Slot): Promise<void> {
  const { code, signal } = await inTime(`the end at ${row}`, dying.ended(), DIES_MS);
  await dying.arm(false);
  if (signal !== "SIGKILL") notes.finding(`at ${row} the server ended with ${code ?? signal}`);
  dying.forgive();
  notes.inflicted(`crash at ${row}`);
}

/** C12: the process lives, and believes nothing that it has in memory. */
async function freezeLocked(stage: Stage): Promise<void> {
  const { house, notes } = stage;
  await house.restart({ mutants: ["freeze-when-locked"] });
  await stage.plays(OPERATIONS);
  const froze = house.says(FROZE);
  // Heard of below; not where the process could not be armed.
  froze.catch(() => undefined);
  await house.arm(true);
  await inTime("a freeze in a locked round", froze, DIES_MS);
  await house.arm(false);
  notes.inflicted("freeze at C12");
  await stage.measure("from a freeze to the next bet", Date.now(), PLAYABLE_MS);
}

/** C11: the next server has the table with another wheel. */
async function changeLocked(
  stage: Stage,
  { tables, changed }: Readonly<Record<"tables" | "changed", string>>,
): Promise<void> {
  const { house } = stage;
  const death = { mutant: "crash-C3", row: "C11" } as const;
  if (house.isShared) {
    await dieOf(stage, { ...death, before: () => house.prepareNext({ tables: changed }) });
  } else {
    await dieOf(stage, death);
  }
  const changes = house.isShared ? {} : { tables: changed };
  await stage.goOn("from a crash point to the next bet", Date.now(), changes);
  await house.restart({ tables });
  await stage.everyoneIsBack();
}

interface ClosedAt {
  readonly row: "A1" | "A2";
  /** What becomes of its round. */
  readonly status: "void" | "settled";
  /** `TABLES` with it, and without it. */
  readonly tables: string;
  readonly closed: string;
  /** Who has chips there. */
  readonly prober: Prober;
}

/** A1, A2: the next server does not have the table; the one after it has it again. */
async function closeTable(stage: Stage, closing: ClosedAt): Promise<void> {
  const { row, status, tables, closed, prober } = closing;
  const { house, notes } = stage;
  if (house.isShared) {
    await dieAsOnlyOne(stage, house, closing);
  } else {
    const meanwhile = () => prober.burstUntilCut(house.url);
    await dieOf(stage, { mutant: `crash-${row}`, row, meanwhile });
    house.launch({ tables: closed });
    await house.opened();
  }
  const [, round] = await inTime("the closed table's end", house.says(FINISHED), CLOSES_MS);
  await house.restart({ tables });
  const record = await fetch(`${house.url}/api/rounds/${SHUT}/${round}`);
  const { status: became } = (await record.json()) as { status: string };
  if (became !== status) notes.finding(`at ${row} round ${round} became ${became}, not ${status}`);
  await stage.everyoneIsBack();
}

/** Among several, one process has the table, and no other one: it dies there. */
async function dieAsOnlyOne(
  stage: Stage,
  house: SharedHouse,
  { row, tables, closed, prober }: ClosedAt,
): Promise<void> {
  await house.restart({ tables: closed });
  const owner = await house.prepareNext({ mutants: [`crash-${row}`], tables });
  const { url } = owner.process;
  await prober.untilAcknowledged(url, PLAYABLE_MS);
  await stage.plays(OPERATIONS);
  owner.arm(true);
  await prober.burstUntilCut(url);
  await expectDeath(stage, row, owner);
}
