import type { PoolClient } from "pg";
import { to } from "pg-copy-streams";

const NEWLINE = 10;

/** Takes the whole lines that `bytes` holds up to `end`; the last of them ends there. */
export type TakeLines = (bytes: Buffer, end: number) => void;

/**
 * Reads what a query answers as lines of COPY text, in big pieces and never all at once. `query` is
 * plain text: COPY takes no parameters.
 */
export async function readLines(client: PoolClient, query: string, take: TakeLines): Promise<void> {
  const stream = client.query(to(`COPY (${query}) TO STDOUT`, { highWaterMark: 1 << 20 }));
  let rest: Buffer = Buffer.alloc(0);
  let failure: { readonly error: unknown } | undefined;
  // Read to its end in any case: a connection that is left in the middle is of no use to anybody.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (failure !== undefined) continue;
    try {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      take(bytes, end);
      rest = bytes.subarray(end);
    } catch (error) {
      failure = { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}
