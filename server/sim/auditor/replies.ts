/** How a reply compares with the one that was due. */
import type { Booked } from "./books.ts";
import { contentOf } from "./books.ts";
import type { Expected } from "./shadow.ts";
import type { Operation, Refused } from "./terms.ts";

/** Whether what counts is the operation that is asked for at this table, and not its op for another. */
export function isSame(counted: Booked, operation: Operation, tableId: string): boolean {
  return counted.tableId === tableId && counted.content === contentOf(operation);
}

/** Whether the refusal is the one that was due, with its numbers. */
export function fits(refusal: Refused, expected: Expected | undefined): boolean {
  if (expected?.type !== "refusal") return false;
  const due = expected.refusal;
  return (
    due.code.split("|").includes(refusal.code) &&
    (due.limit === undefined || due.limit === refusal.limit) &&
    (due.lateMs === undefined || due.lateMs === refusal.lateMs)
  );
}

/** Whether an answer is one of before; where nobody can know (it was under way as its host stopped), as `it` says. */
export function wouldReplay(expected: Expected | undefined, it: boolean): boolean {
  if (expected === undefined || expected.type === "later") return it;
  // What is answered where a refusal was due counted before.
  return expected.type === "refusal" || expected.isReplay;
}

export function textOf({ code, limit, lateMs }: Refused): string {
  return [code, limit, lateMs].filter((part) => part !== undefined).join(" ");
}
