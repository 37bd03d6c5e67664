/** What a benchmark tells its crowd to do, and what the crowd answers: one order at a time. */

export type Load = "bet" | "time";

export type Order =
  /** Come in and sit down, at each of the tables in turn. */
  | {
      readonly type: "sit";
      readonly url: string;
      readonly tableIds: readonly string[];
      readonly players: number;
    }
  /** Wait until a round that comes after this one takes bets for so long yet. */
  | { readonly type: "await-betting"; readonly leastMs: number; readonly after: number }
  /** Everyone sends the next bet as soon as the last one is answered. */
  | { readonly type: "closed-loop"; readonly forMs: number }
  /** Requests at random moments, whatever has been answered. */
  | {
      readonly type: "open-loop";
      readonly load: Load;
      readonly perSecond: number;
      /** Before what is counted, under the same load. */
      readonly warmMs: number;
      readonly forMs: number;
    }
  /** One bet of each player on so many spots, spread over some time. */
  | { readonly type: "bet-all"; readonly spots: number; readonly overMs: number };

/** An open loop's latencies are counted from the moment at which each request was meant to be sent. */
export interface LoopAnswer {
  readonly answered: number;
  /** The code of each refusal. */
  readonly refused: readonly string[];
  /** Milliseconds. */
  readonly latencies: readonly number[];
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
}

export interface RoundAnswer {
  readonly round: number;
  /** Epoch milliseconds of the server, which is on this machine. */
  readonly phaseEndsAt: number;
}

export type Answer = LoopAnswer | RoundAnswer | { readonly seated: number };
export type Report = { readonly answer: Answer } | { readonly failed: string };

/** Throws where anything was refused: then it was not measured what was meant to be. */
export function assertAccepted(...answers: readonly LoopAnswer[]): void {
  const refused = answers.flatMap((answer) => answer.refused);
  if (refused.length === 0) return;
  const codes = [...new Set(refused)].join(", ");
  throw new Error(`the table refused ${refused.length} requests: ${codes}`);
}
