/**
 * Which errors of the database mean "not now", and which mean that something is wrong.
 *
 * Not now: the connection, the server's start or stop, its resources, a timeout, a lost race for a
 * lock or with a migration. Of the rest, a broken constraint is a bug and goes up as it is; a damaged
 * page, or a right that is missing, is a fault of the database, and says nothing of what was asked for.
 */
import { DatabaseError } from "pg";
import { BankFaultError, BankUnavailableError, OutcomeUnknownError } from "../tables/store.ts";

/** The connection was lost between COMMIT and its answer: it may have happened or not. */
export class CommitUnknownError extends Error {
  override readonly name = "CommitUnknownError";
}

/** What the database refuses a stale holder's writes with; see the leases' migration. */
const STALE_LEASE = "CR001";

/** True where a write was refused because its table has another holder now. */
export function isStaleLease(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === STALE_LEASE;
}

const STATEMENT_TIMEOUT = "57014";

/** SQLSTATE classes and codes that pass by themselves, or once an operator has put them right. */
const PASSING_CLASSES = ["08", "28", "53", "58"]; // 28: a password or role that is being changed
const PASSING_CODES = [
  "25006", // read-only: a standby that was not promoted yet
  "25P03", // idle in transaction for too long
  "25P04", // a transaction that took too long
  "3D000", // the database is being restored
  "40001",
  "40P01",
  "55000", // it takes no connections just now
  "55P03",
  STATEMENT_TIMEOUT,
  "57P01",
  "57P02",
  "57P03",
  "57P04",
  "57P05",
];

/**
 * A migration gave a table another column between the planning of a statement and its execution: the
 * next one is planned anew. In words, because their codes stand for bugs as well.
 */
const MOVED_SCHEMA =
  /^(structure of query does not match function result type|cached plan must not change result type)/;

/**
 * What the system says of files, where Postgres has no code of its own for that: a quota is an internal
 * error, a file system that became read-only a missing right. Where it speaks another language it is a
 * fault, which keeps the round as well.
 */
const OF_FILES = /^could not .*\b(file|directory)\b/;
const CODES_OF_FILES = ["42501", "XX000"];

/** What a database refuses because of the data: broken constraints, numbers, exceptions of our own. */
const OF_DATA = /^(2[1-37]|44|CR|P0)/;

/** What the system says of connections, whatever the reason: no file is left, no port, no way. */
const SYSTEM_CALLS = ["accept", "bind", "connect", "getaddrinfo", "read", "shutdown", "write"];
const OF_CONNECTIONS = /^(E(AI_AGAIN|CONN\w+|PIPE|TIMEDOUT)|ERR_(SSL|TLS)_\w+)$/;

/** What pg says of connections, in words only. */
const PASSING_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Query read timeout)/;

/** True where asking again later may succeed. */
export function isPassing(error: unknown): boolean {
  if (error instanceof CommitUnknownError || error instanceof BankUnavailableError) return true;
  // It was asked for again and again; and it tells of the last reason, which may sound like a passing one.
  if (error instanceof OutcomeUnknownError) return false;
  if (error instanceof DatabaseError) {
    const code = error.code ?? "";
    if (MOVED_SCHEMA.test(error.message)) return true;
    if (CODES_OF_FILES.includes(code) && OF_FILES.test(error.message)) return true;
    return PASSING_CODES.includes(code) || PASSING_CLASSES.includes(code.slice(0, 2));
  }
  if (error instanceof AggregateError) return error.errors.every(isPassing);
  if (!(error instanceof Error)) return false;
  if ("syscall" in error && SYSTEM_CALLS.includes(String(error.syscall))) return true;
  const code = "code" in error ? String(error.code) : "";
  return OF_CONNECTIONS.test(code) || PASSING_MESSAGES.test(error.message);
}

/** The error as tables are told of it: whether to ask again, and whether the bank is to blame. */
export function asTablesKnow(error: unknown): Error {
  if (isPassing(error)) {
    const told = `the database is not available: ${inOneLine(error)}`;
    return new BankUnavailableError(told, { cause: error });
  }
  if (error instanceof DatabaseError && !OF_DATA.test(error.code ?? "")) {
    return new BankFaultError(`the database failed: ${inOneLine(error)}`, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/**
 * True where the database itself refused a statement. Class 08 is about connections: a pooler between
 * says so of its own, and as the answer to what was sent first, whatever became of it.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.code?.startsWith("08") !== true;
}

/** True where the connection was known to be gone before anything of the statement was sent over it. */
export function wasNotSent(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith("is not queryable");
}

/** True where the database neither answered in time nor said that it would not. */
export function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === "Query read timeout";
}

/** True where the database was given all the time there is: asking at once again would double it. */
export function tookTooLong(error: unknown): boolean {
  if (error instanceof DatabaseError)
    return ["55P03", STATEMENT_TIMEOUT].includes(error.code ?? "");
  return error instanceof Error && /timeout/.test(error.message);
}

/** True where the database itself ended a statement for its time: it works, and more might be enough. */
export function hadTooLittleTime(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === STATEMENT_TIMEOUT;
}

/** True where the database knows this user or password not: at a start nobody waits for that to pass. */
export function isRefusedLogin(error: unknown): boolean {
  return error instanceof DatabaseError && error.code?.startsWith("28") === true;
}

/** A one-line account of an error, for a person at a terminal. */
export function inOneLine(error: unknown): string {
  const errors = error instanceof AggregateError ? error.errors : [error];
  const texts = errors.map((one) => (one instanceof Error ? one.message : String(one)));
  return [...new Set(texts)].join("; ").replaceAll(/\s+/g, " ").slice(0, 300);
}
