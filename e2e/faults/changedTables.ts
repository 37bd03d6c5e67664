/**
 * Crash points at which the table is not the one that it was: a round that is locked while the table
 * gets another wheel, breaks an invariant, or is taken out of `TABLES`.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Prober } from "./prober.ts";
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
const LOOK_MS = 20;

/** Goes through the rows; tables of `more` are there as well, and everything is as before at the end. */
export async function changeTables(stage: Stage, more: readonly string[]): Promise<void> {
  for (const reason of BY_THE_RULES) stage.excused.add(reason);
  const closed = tablesWith(more);
  const tables = tablesWith([...more, SHUT]);
  await freezeLocked(stage);
  await changeLocked(stage, {
    tables,
    changed: tablesWith([...more, SHUT], { wheel: "american" }),
  });
  const { house, notes } = stage;
  const prober = await Prober.enter(house.url, SHUT);
  await closeTable(stage, { row: "A1", status: "void", tables, closed, prober });
  await closeTable(stage, { row: "A2", status: "settled", tables, closed, prober });
  await prober.untilAcknowledged(house.url, PLAYABLE_MS);
  for (const fault of await prober.faults(house.url)) notes.finding(fault);
}

/** The server plays with `mutant` in it until it died of that; `meanwhile` once it may. */
async function dieOf(
  stage: Stage,
  { mutant, row, meanwhile }: { mutant: string; row: Row; meanwhile?: () => Promise<void> },
): Promise<void> {
  const { house, notes } = stage;
  await house.restart({ mutants: [mutant] });
  await stage.plays(OPERATIONS);
  house.arm(true);
  await meanwhile?.();
  const { code, signal } = await inTime(`the end at ${row}`, house.ended(), DIES_MS);
  house.arm(false);
  if (signal !== "SIGKILL") notes.finding(`at ${row} the server ended with ${code ?? signal}`);
  house.forgive();
  notes.inflicted(`crash at ${row}`);
}

/** C12: the process lives, and believes nothing that it has in memory. */
async function freezeLocked(stage: Stage): Promise<void> {
  const { house, notes } = stage;
  await house.restart({ mutants: ["freeze-when-locked"] });
  await stage.plays(OPERATIONS);
  house.arm(true);
  const until = Date.now() + DIES_MS;
  while (!FROZE.test(house.troubles) && Date.now() < until) await pause(LOOK_MS);
  house.arm(false);
  if (!FROZE.test(house.troubles)) notes.finding("no table froze in a locked round");
  notes.inflicted("freeze at C12");
  await stage.measure("from a freeze to the next bet", Date.now(), PLAYABLE_MS);
}

/** C11: the next server has the table with another wheel. */
async function changeLocked(
  stage: Stage,
  { tables, changed }: Readonly<Record<"tables" | "changed", string>>,
): Promise<void> {
  const { house } = stage;
  await dieOf(stage, { mutant: "crash-C3", row: "C11" });
  const since = Date.now();
  house.launch({ tables: changed });
  await house.opened();
  await stage.measure("from a crash point to the next bet", since, PLAYABLE_MS);
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
async function closeTable(
  stage: Stage,
  { row, status, tables, closed, prober }: ClosedAt,
): Promise<void> {
  const { house, notes } = stage;
  const meanwhile = () => prober.burstUntilCut(house.url);
  await dieOf(stage, { mutant: `crash-${row}`, row, meanwhile });
  house.launch({ tables: closed });
  await house.opened();
  const [, round] = await inTime("the closed table's end", house.says(FINISHED), CLOSES_MS);
  await house.restart({ tables });
  const record = await fetch(`${house.url}/api/rounds/${SHUT}/${round}`);
  const { status: became } = (await record.json()) as { status: string };
  if (became !== status) notes.finding(`at ${row} round ${round} became ${became}, not ${status}`);
  await stage.everyoneIsBack();
}
