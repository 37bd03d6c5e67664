/** What happened in the house, as it is told over the stream in Redis. */
import { z } from "zod";

const count = z.int().min(0);
const playerId = z.string().min(1).max(64);
/** Who won, or sits somewhere, as everyone sees it. */
export const playerName = z.string().min(1).max(24);

const roundEvent = z.object({
  tableId: z.string().max(32),
  round: count,
  status: z.enum(["settled", "void"]),
  /** Empty where the round is void. */
  pocket: z.string().max(3),
  /** When it ended, in epoch milliseconds. */
  at: count,
  /** The best of those who won, by what they won. */
  winners: z.array(z.object({ playerId, name: playerName, net: count, staked: count })).max(10),
});

export type RoundEvent = z.infer<typeof roundEvent>;

/** An event with its place: each has the next one. */
export interface PlacedEvent {
  readonly seq: number;
  readonly event: RoundEvent;
}

/** Whether both are of the same end of a round: one that is played again, as after a restore, has another. */
export function isSameEnd(one: RoundEvent, other: RoundEvent): boolean {
  const facts = ["tableId", "round", "status", "pocket", "at"] as const;
  return facts.every((fact) => one[fact] === other[fact]);
}

export const STREAM = "croupier:events";

/** Null for what is no event. */
export function parseEvent(text: unknown): RoundEvent | null {
  if (typeof text !== "string") return null;
  try {
    return roundEvent.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
