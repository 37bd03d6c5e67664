/**
 * What other processes may ask of this one's rooms. Whoever may publish to Redis could otherwise call
 * any method of any room, and make new ones.
 */
import { z } from "zod";

const request = z.tuple([
  z.enum(["_reserveSeat", "checkReconnectionToken"]),
  z.string().max(64),
  z.array(z.unknown()).min(1).max(3),
]);
const answer = z.tuple([z.number(), z.unknown()]).or(z.tuple([z.number()]));
/** Nobody is asked for rooms, and nobody's life is tried: see the rooms' board. */
const nothing = z.never();

const SHAPES: readonly (readonly [prefix: string, shape: z.ZodType])[] = [
  ["$", request],
  ["ipc:", answer],
  ["p:", nothing],
];

/** Characters of a message; what is longer is none of ours. */
const LONGEST_MESSAGE = 16_384;

/** The message of a channel as it may be handed on; `undefined` for any other. */
export function soundMessage(channel: string, text: string): unknown {
  if (text.length > LONGEST_MESSAGE) return undefined;
  const shape = SHAPES.find(([prefix]) => channel.startsWith(prefix))?.[1] ?? z.unknown();
  try {
    const parsed = shape.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
