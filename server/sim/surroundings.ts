/** What a simulated house offers to the parts that live in it. */
import type { TableHost } from "../src/tables/tableHost.ts";
import type { Auditor } from "./auditor/auditor.ts";
import type { Deadlines } from "./auditor/deadlines.ts";
import type { AuditError, TableTerms } from "./auditor/terms.ts";
import type { WatchedHost } from "./auditor/watchedHost.ts";
import type { Bank } from "./bank.ts";
import type { Counts } from "./counts.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Faults } from "./setting.ts";

/** Whoever calls the database: it may be dead or asleep by the time of the answer. */
export interface Caller {
  readonly id: string;
  /** By its own clock. */
  now(): number;
  /** Runs `act` now, later when it wakes, or never. */
  run(act: () => void): void;
  /** Whether what it does next still happens: it may be dead by now, or die instead of doing it. */
  effect(): boolean;
}

/** A process as players meet it. */
export interface MetProcess extends Caller {
  readonly alive: boolean;
  /** The running host of a table, with what is predicted of it. */
  at(tableId: string): { readonly host: TableHost; readonly watched: WatchedHost } | null;
}

export interface Surroundings {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly counts: Counts;
  readonly auditor: Auditor;
  readonly deadlines: Deadlines;
  readonly bank: Bank;
  readonly faults: Faults;
  /** Whether processes share the tables among them; else whoever comes first has all. */
  readonly sharing: boolean;
  /** Whether what a process posts waits while it seeks the outcome of an earlier post. */
  readonly queueing: boolean;
  /** Whether connections of players break while both ends live. */
  readonly dropping: boolean;
  /** Whether players drum their operations, often. */
  readonly drumming: boolean;
  /** Whether players take the house to the most that it may have to pay. */
  readonly pushing: boolean;
  /** Whether timers are late, and players bet in the very moment in which betting ends. */
  readonly rough: boolean;
  /** How the database is. */
  readonly mood: { readonly away: boolean; readonly slow: boolean };
  /** Between two acts of a player, half of it on average. */
  readonly eagernessMs: number;
  /** Nothing more goes wrong, and players ask for nothing new. */
  readonly calm: boolean;
  /** What `look` complains of ends the run, whoever called it. */
  audit(look: () => void): void;
  found(finding: AuditError): void;
  /** Looks once this event has had all its effects. */
  afterwards(look: () => void): void;
  nextRequest(): number;
  /** How late a timer is, in milliseconds. */
  lateMs(): number;
  /** One player has done very much in the running round of the table. */
  drummed(tableId: string): void;
  termsOf(tableId: string): TableTerms;
  whoRuns(tableId: string): MetProcess | null;
  /** A message of a player to a process, see `Network`. */
  send(way: string, deliver: () => void): void;
  /** A message to a player, by which no promise goes on. */
  tell(way: string, deliver: () => void): void;
}
