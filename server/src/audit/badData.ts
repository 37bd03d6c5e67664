/**
 * For checks that meet what no house writes: a number that is none, a time beyond all times. The check
 * says so, and the audit goes on.
 */
import type { PoolClient } from "pg";
import { DatabaseError } from "pg";
import { inOneLine, isPassing } from "../db/errors.ts";

/** SQLSTATE: data that a statement cannot work with. */
const DATA_EXCEPTION = /^22/;

/**
 * Looks something up in a transaction, which goes on where the database, or what reads its answer, cannot
 * work with the data; then the answer is `instead`, made of the reason in one line.
 */
export async function despiteBadData<Answer>(
  client: PoolClient,
  look: () => Promise<Answer>,
  instead: (reason: string) => Answer,
): Promise<Answer> {
  await client.query("SAVEPOINT before_look");
  try {
    const answer = await look();
    await client.query("RELEASE before_look");
    return answer;
  } catch (error) {
    if (!isOfData(error)) throw error;
    await client.query("ROLLBACK TO before_look; RELEASE before_look");
    return instead(inOneLine(error));
  }
}

function isOfData(error: unknown): boolean {
  if (error instanceof DatabaseError) return DATA_EXCEPTION.test(error.code ?? "");
  return !isPassing(error);
}
