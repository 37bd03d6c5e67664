/**
 * What other processes may ask of this one's rooms. Whoever may publish to Redis could otherwise call
 * any method of any room, and make new ones.
 */
import { z } from "zod";
import { playerName } from "./houseEvents.ts";

const id = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/);

/** Who sits there, as the process that was asked has found out; and nothing else. */
const identity = z.object({ playerId: id, name: playerName });

/** A seat has a session, what its player asks for, which is looked at in the room, and a player. */
const seat = z.tuple([z.literal("_reserveSeat"), id, z.tuple([id, z.unknown(), identity])]);
const reconnection = z.tuple([
  z.literal("checkReconnectionToken"),
  id,
  z.tuple([z.string().min(1).max(64)]),
]);
const request = z.union([seat, reconnection]);
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
