/**
 * Crash points at which the table is not the one that it was: a round that is locked while the table
 * gets another wheel, breaks an invariant, or is taken out of `TABLES`.
 */
import { expectDeath, whoeverOf } from "./deaths.ts";
import type { LoneHouse } from "./loneHouse.ts";
import { Prober } from "./prober.ts";
import type { SharedHouse } from "./sharedHouse.ts";
import type { Stage } from "./stage.ts";
import { tablesWith } from "./stage.ts";
import { inTime } from "./wait.ts";

export const CHANGED_ROWS = ["A1", "A2", "A3", "A4", "A5", "A6", "C11", "C12"] as const;
type Row = (typeof CHANGED_ROWS)[number];

/** A table that the crowd does not play at: bots give a table up that is not there. */
const SHUT = "shut";
/** Reasons of the void rounds that this makes, by the rules. */
const BY_THE_RULES = ["The table was closed.", "The table's wheel was changed"] as const;
const OPERATIONS = 40;
const FREEZES_MS = 20_000;
const PLAYABLE_MS = 10_000;
/** Two lives of a lease, the look for such tables, and the time that a busy machine takes. */
const CLOSES_MS = 20_000;
const FINISHED = /"tableId":"shut","round":\d+,"msg":"finished the last round of a closed table"/;
const FROZE = /"a broken invariant"/;

/** Goes through those of the rows that are wanted; the tables are as before at the end, or one more. */
export async function changeTables(stage: Stage, wanted: (row: string) => boolean): Promise<void> {
  for (const reason of BY_THE_RULES) if (CHANGED_ROWS.some(wanted)) stage.excused.add(reason);
  const closed = tablesWith();
  const tables = tablesWith([SHUT]);
  if (wanted("C12")) await freezeLocked(stage);
  if (wanted("C11")) {
    await changeLocked(stage, {
      tables,
      changed: tablesWith([SHUT], { wheel: "american" }),
    });
  }
  const closings = CLOSINGS.filter(({ row }) => wanted(row));
  if (closings.length === 0) return;
  const { house, notes } = stage;
  await house.restart({ tables });
  const prober = await Prober.enter(house.url, SHUT);
  for (const closing of closings) {
    await closeTable(stage, { ...closing, tables, closed, prober });
    await prober.untilAcknowledged(house.url, PLAYABLE_MS);
  }
  for (const fault of await prober.faults(house.url)) notes.finding(fault);
}

interface Death {
  readonly mutant: string;
  readonly row: Row;
  /** Before it may die; what it answers is done once it may. */
  readonly before?: () => Promise<(() => Promise<void>) | null>;
}

/** The server plays with the mutant in it until it died of that. */
async function dieOf(stage: Stage, { mutant, row, before }: Death): Promise<void> {
  const { house } = stage;
  await house.restart({ mutants: [mutant] });
  const meanwhile = await before?.();
  await stage.plays(OPERATIONS);
  await house.arm(true);
  await meanwhile?.();
  await expectDeath(stage, row, house);
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
  await inTime("a freeze in a locked round", froze, FREEZES_MS);
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
    const before = async () => {
      await house.prepareNext({ tables: changed });
      return null;
    };
    await dieOf(stage, { ...death, before });
  } else {
    await dieOf(stage, death);
  }
  const changes = house.isShared ? {} : { tables: changed };
  await stage.goOn("from a crash point to the next bet", Date.now(), changes);
  await house.restart({ tables });
  await stage.everyoneIsBack();
}

type Status = "open" | "locked" | "void" | "settled";

interface Closing {
  readonly row: Exclude<Row, "C11" | "C12">;
  /** Where the process ends that has the table. */
  readonly ownerAt: "A1" | "A2";
  /** What the round is when the last one to die has died. */
  readonly holds: Status;
  /** What becomes of it. */
  readonly status: Status;
}

/** From A3 on another process closes the table, and dies of that. */
const CLOSINGS: readonly Closing[] = [
  { row: "A1", ownerAt: "A1", holds: "open", status: "void" },
  { row: "A2", ownerAt: "A2", holds: "locked", status: "settled" },
  { row: "A3", ownerAt: "A1", holds: "open", status: "void" },
  { row: "A4", ownerAt: "A1", holds: "open", status: "void" },
  { row: "A5", ownerAt: "A1", holds: "void", status: "void" },
  { row: "A6", ownerAt: "A2", holds: "locked", status: "settled" },
];

interface ClosedAt extends Closing {
  /** `TABLES` with it, and without it. */
  readonly tables: string;
  readonly closed: string;
  /** Who has chips there. */
  readonly prober: Prober;
}

/** The next server does not have the table; the one after it has it again. */
async function closeTable(stage: Stage, closing: ClosedAt): Promise<void> {
  const { row, ownerAt, holds, status, tables } = closing;
  const { house, notes } = stage;
  const closers = row === ownerAt ? [] : [`crash-${row}`];
  if (house.isShared) await dieAsOnlyOne(stage, house, { ...closing, closers });
  else await dieAndClose(stage, house, { ...closing, closers });
  const { round, status: held } = await lastRound(stage);
  if (held !== holds) notes.finding(`at ${row} round ${round} is ${held}, not ${holds}`);
  // Of one that is over already nobody says anything more.
  if (held === "open" || held === "locked") {
    await inTime("the closed table's end", house.says(FINISHED), CLOSES_MS);
  }
  const after = await lastRound(stage);
  if (after.round !== round || after.status !== status) {
    notes.finding(
      `at ${row} round ${after.round} is ${after.status}, not round ${round} ${status}`,
    );
  }
  await house.restart({ tables });
  await stage.everyoneIsBack();
}

/** Of the table that was closed. */
async function lastRound({ database }: Stage): Promise<{ round: number; status: Status }> {
  const [last] = await database.ask<{ round: number; status: Status }>(
    `SELECT round::integer AS round, status FROM rounds WHERE table_id = '${SHUT}'
     ORDER BY rounds.round DESC LIMIT 1`,
  );
  if (last === undefined) throw new Error(`${SHUT} has no round`);
  return last;
}

type Dying = ClosedAt & { readonly closers: readonly string[] };

/** The server dies with the table, and so does its successor, which does not have it. */
async function dieAndClose(stage: Stage, house: LoneHouse, dying: Dying): Promise<void> {
  const { row, ownerAt, closed, prober, closers } = dying;
  // Once it may die it may do so of the first bet of anyone, and let nobody in any more.
  const before = () => prober.sitsToBurst(house.url);
  await dieOf(stage, { mutant: `crash-${ownerAt}`, row: ownerAt, before });
  if (closers.length > 0) {
    await house.arm(true);
    house.launch({ tables: closed, mutants: closers });
    await expectDeath(stage, row);
  }
  house.launch({ tables: closed });
  await house.opened();
}

/** Among several, one process has the table, and no other one: it dies there, and so does who closes it. */
async function dieAsOnlyOne(stage: Stage, house: SharedHouse, dying: Dying): Promise<void> {
  const { row, ownerAt, tables, closed, prober, closers } = dying;
  await house.restart({ tables: closed, everyone: closers });
  const owner = await house.prepareNext({ mutants: [`crash-${ownerAt}`], tables });
  const { url } = owner.process;
  await prober.untilAcknowledged(url, PLAYABLE_MS);
  await stage.plays(OPERATIONS);
  const burst = await prober.sitsToBurst(url);
  const others = house.others(owner);
  if (closers.length > 0) for (const other of others) other.arm(true);
  owner.arm(true);
  await burst();
  await expectDeath(stage, ownerAt, owner);
  await forgetOwner(stage);
  if (closers.length > 0) await expectDeath(stage, row, whoeverOf(others));
}

/** As if the minute had passed in which whoever had the table may come again. */
async function forgetOwner({ database }: Stage): Promise<void> {
  await database.ask(`DELETE FROM processes WHERE '${SHUT}' = ANY(table_ids)`);
}
