/**
 * Which tables a process runs, among all that are alive.
 *
 * Everyone reads the same census with each beat and decides for itself, by a rule that has the same
 * answer for all: a free table goes to the process with the least load, and of those that can bring
 * the loads clearly closer the one with the most hands one over. Load is players, and each table counts as
 * one more, so that tables without players are spread too.
 *
 * What is handed over is offered to one process by name: a census may be a moment old, and two that
 * read different ones would both take a table, or neither. Who should take a table may die meanwhile;
 * so one that stayed free for longer is taken by whoever sees it. The lease decides.
 */

/** A process that may run tables. */
export interface SharingProcess {
  readonly holder: string;
  /** False while it drains: it takes nothing more. */
  readonly accepts: boolean;
}

export interface SharedTable {
  readonly tableId: string;
  /** A living process; null where the table is free. */
  readonly holder: string | null;
  readonly players: number;
  /** Of a free table: the process that is to take it; null: nobody in particular. */
  readonly offeredTo: string | null;
}

/** Processes and tables as the database has them. */
export interface Census {
  readonly processes: readonly SharingProcess[];
  readonly tables: readonly SharedTable[];
  /** Whether players who are sent to the process that looks come to one that started later. */
  readonly replaced?: boolean;
}

/** What a process tells of itself with each beat. */
export interface SelfReport {
  readonly accepts: boolean;
  /** Of the tables that it runs. */
  readonly players: ReadonlyMap<string, number>;
  /** All that it would run. */
  readonly tableIds: readonly string[];
}

/** The census as one process sees it. May throw `BankUnavailableError`. */
export interface CensusStore {
  /** The process's own name in it. */
  readonly holder: string;
  /** Tells of this process, and answers who is there. */
  census(self: SelfReport): Promise<Census>;
}

/** Players are not moved for less: of the load of the process that hands over. */
const LEAST_GAP = 0.25;

const weightOf = ({ players }: SharedTable): number => players + 1;

/**
 * The free tables that `self` takes. `overdue`: tables that were free for too long already, which it
 * takes whoever's they should be.
 */
export function tablesToTake(
  self: string,
  { processes, tables }: Census,
  overdue: ReadonlySet<string>,
): readonly string[] {
  const loads = loadsOf({ processes, tables });
  const taken: string[] = [];
  for (const table of freeTables(tables)) {
    if (isOffered(table, loads)) {
      if (table.offeredTo === self || overdue.has(table.tableId)) taken.push(table.tableId);
      continue;
    }
    const holder = least(loads);
    if (holder !== null) loads.set(holder, (loads.get(holder) ?? 0) + weightOf(table));
    if (holder === self || overdue.has(table.tableId)) taken.push(table.tableId);
  }
  return taken;
}

/** The process that is to take a table which `self` gives up; null where nobody else takes any. */
export function receiverOf(self: string, { processes, tables }: Census): string | null {
  const others = processes.filter(({ holder }) => holder !== self);
  return least(loadsOf({ processes: others, tables }));
}

/** Whether it has somebody to take it who is there, and takes tables. */
function isOffered({ offeredTo }: SharedTable, loads: ReadonlyMap<string, number>): boolean {
  return offeredTo !== null && loads.has(offeredTo);
}

/**
 * The tables that `self` hands over once their rounds are over, so that the loads come closer: none
 * but where it is its turn, and none while a table is free.
 */
export function tablesToHandOver(self: string, { processes, tables }: Census): readonly string[] {
  if (tables.some(({ holder }) => holder === null)) return [];
  const moved: string[] = [];
  let seen = tables;
  for (;;) {
    const move = nextMove({ processes, tables: seen });
    if (move?.from !== self) return moved;
    moved.push(move.tableId);
    const { to } = move;
    seen = seen.map((one) => (one.tableId === move.tableId ? { ...one, holder: to } : one));
  }
}

interface Move {
  readonly from: string;
  readonly tableId: string;
  readonly to: string;
}

/** The most loaded process may have nothing to give, be it one full table: then it is the next one's turn. */
function nextMove({ processes, tables }: Census): Move | null {
  const loads = loadsOf({ processes, tables });
  const to = least(loads);
  if (to === null) return null;
  const toLoad = loads.get(to) ?? 0;
  for (const [from, load] of inOrder(loads, (one, other) => other - one)) {
    const gap = load - toLoad;
    if (gap <= 0 || gap < LEAST_GAP * load) continue;
    const own = tables.filter(({ holder }) => holder === from);
    // Moving a table as heavy as the gap, or heavier, would only turn the two around.
    const moves = own.filter((table) => weightOf(table) < gap);
    const distance = (table: SharedTable): number => Math.abs(gap / 2 - weightOf(table));
    const [best] = moves.toSorted(
      (one, other) => distance(one) - distance(other) || compare(one.tableId, other.tableId),
    );
    if (best !== undefined) return { from, tableId: best.tableId, to };
  }
  return null;
}

/** Load by process, of those that take tables; with what they were offered. */
function loadsOf({ processes, tables }: Census): Map<string, number> {
  const accepting = processes.filter(({ accepts }) => accepts);
  const loads = new Map(accepting.map(({ holder }) => [holder, 0]));
  for (const table of tables) {
    const holder = table.holder ?? table.offeredTo;
    const load = holder === null ? undefined : loads.get(holder);
    if (holder !== null && load !== undefined) loads.set(holder, load + weightOf(table));
  }
  return loads;
}

/** The heaviest first: what comes after evens out. */
function freeTables(tables: readonly SharedTable[]): readonly SharedTable[] {
  return tables
    .filter(({ holder }) => holder === null)
    .toSorted((one, other) => other.players - one.players || compare(one.tableId, other.tableId));
}

function least(loads: ReadonlyMap<string, number>): string | null {
  const [first] = inOrder(loads, (one, other) => one - other);
  return first?.[0] ?? null;
}

/** Processes and their loads by load, then by name: the same for everybody. */
function inOrder(
  loads: ReadonlyMap<string, number>,
  order: (one: number, other: number) => number,
): readonly (readonly [string, number])[] {
  return [...loads].toSorted(
    ([one, load], [other, otherLoad]) => order(load, otherLoad) || compare(one, other),
  );
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
