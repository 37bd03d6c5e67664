/** A room's listing as it lies in Redis: whatever is read there is somebody else's word. */
import type { IRoomCache } from "@colyseus/core";
import { initializeRoomCache } from "@colyseus/core";
import { z } from "zod";

const id = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/);
const count = z.int().min(0);

const listing = z.object({
  name: id,
  roomId: id,
  processId: id,
  clients: count,
  maxClients: count.nullable().transform((most) => most ?? Number.POSITIVE_INFINITY),
  locked: z.boolean().default(false),
  private: z.boolean().default(false),
  unlisted: z.boolean().default(false),
  publicAddress: z.string().max(200).optional(),
  metadata: z.unknown().optional(),
  createdAt: z.coerce.date(),
});

/** Null for what is no listing. */
export function parseListing(text: string | null | undefined): IRoomCache | null {
  if (typeof text !== "string") return null;
  try {
    const parsed = listing.safeParse(JSON.parse(text));
    return parsed.success ? initializeRoomCache(parsed.data as Partial<IRoomCache>) : null;
  } catch {
    return null;
  }
}
