import type { PoolClient } from "pg";

/**
 * Asks for several things in their order: on a pipelined connection in one trip, else each after the
 * answer to the one before. What fails first is thrown; the database answers none of the later ones
 * then, since the transaction is broken.
 */
export async function askAll<Answers extends readonly unknown[]>(
  client: Pick<PoolClient, "pipeline">,
  asks: { readonly [Index in keyof Answers]: () => Promise<Answers[Index]> },
): Promise<Answers> {
  const answers: unknown[] = [];
  // In their order either way: that of a batch's locks is the order of asking.
  if (client.pipeline) answers.push(...(await Promise.all(asks.map((ask) => ask()))));
  else for (const ask of asks) answers.push(await ask());
  return answers as unknown as Answers;
}
