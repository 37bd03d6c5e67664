/**
 * Which tables a process runs, among all that are alive.
 *
 * Everyone reads the same census with each beat and decides for itself, by a rule that has the same
 * answer for all: a free table goes to the process with the least load, and of those that can bring
 * the loads clearly closer the one with the most hands one over. Load is players, and each table counts as
 * one more, so that tables without players are spread too. A table goes to none but those that have it in
 * their settings, which are not the same for all while an update rolls.
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
  /** All that it would run; null: it does not say, and counts as one that would run every table. */
  readonly tableIds: readonly string[] | null;
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
  /** What anybody tells that it would run who is there, or was a moment ago and did not leave. */
  readonly known?: ReadonlySet<string>;
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
    const takers = takersOf(table.tableId, processes);
    const offered = offerOf(table, takers);
    const holder = offered ?? least(loads, takers);
    if (holder !== null && offered === null)
      loads.set(holder, (loads.get(holder) ?? 0) + weightOf(table));
    if (holder === self || overdue.has(table.tableId)) taken.push(table.tableId);
  }
  return taken;
}

/** The process that is to take the table which `self` gives up; null where nobody else would. */
export function receiverOf(
  self: string,
  tableId: string,
  { processes, tables }: Census,
): string | null {
  const others = processes.filter(({ holder }) => holder !== self);
  return least(loadsOf({ processes: others, tables }), takersOf(tableId, others));
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

/**
 * From the most loaded process to the least loaded one. It may have nothing to give, be it one full table,
 * or nothing that the other would run: then it is the next one's turn.
 */
function nextMove({ processes, tables }: Census): Move | null {
  const loads = loadsOf({ processes, tables });
  const rising = inOrder(loads, (one, other) => one - other);
  for (const [from, load] of inOrder(loads, (one, other) => other - one)) {
    const own = tables.filter(({ holder }) => holder === from);
    for (const [to, toLoad] of rising) {
      const gap = load - toLoad;
      if (gap <= 0 || gap < LEAST_GAP * load) break;
      const known = own.filter(({ tableId }) => takersOf(tableId, processes).has(to));
      const tableId = closest(known, gap);
      if (tableId !== null) return { from, tableId, to };
    }
  }
  return null;
}

/** Which of the tables brings two loads closest that are `gap` apart; null where none does. */
function closest(tables: readonly SharedTable[], gap: number): string | null {
  // Moving a table as heavy as the gap, or heavier, would only turn the two around.
  const moves = tables.filter((table) => weightOf(table) < gap);
  const distance = (table: SharedTable): number => Math.abs(gap / 2 - weightOf(table));
  const [best] = moves.toSorted(
    (one, other) => distance(one) - distance(other) || compare(one.tableId, other.tableId),
  );
  return best?.tableId ?? null;
}

/** Those that take tables, and would run this one. */
function takersOf(tableId: string, processes: readonly SharingProcess[]): ReadonlySet<string> {
  const takers = processes.filter(
    ({ accepts, tableIds }) => accepts && (tableIds === null || tableIds.includes(tableId)),
  );
  return new Set(takers.map(({ holder }) => holder));
}

/** Who was offered the table, where that one is there and takes it. */
function offerOf({ offeredTo }: SharedTable, takers: ReadonlySet<string>): string | null {
  return offeredTo !== null && takers.has(offeredTo) ? offeredTo : null;
}

/** Load by process, of those that take tables; with what they were offered, and would run. */
function loadsOf({ processes, tables }: Census): Map<string, number> {
  const accepting = processes.filter(({ accepts }) => accepts);
  const loads = new Map(accepting.map(({ holder }) => [holder, 0]));
  for (const table of tables) {
    const holder = table.holder ?? offerOf(table, takersOf(table.tableId, processes));
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

/** The least loaded of `among`. */
function least(loads: ReadonlyMap<string, number>, among: ReadonlySet<string>): string | null {
  const first = inOrder(loads, (one, other) => one - other).find(([holder]) => among.has(holder));
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
