/**
 * The public state of rooms as it goes over the wire (INTERFACE "Rooms"). The same bytes for
 * everyone: nothing in it belongs to one player alone.
 */
import { Encoder, schema, t } from "@colyseus/schema";

/**
 * Both encoders' buffers, in bytes. Past it the encoder only warns and starts over with more, so it
 * stays above the fullest table there can be; a test fills one.
 */
export const STATE_BYTES = 128 * 1024;
Encoder.BUFFER_SIZE = STATE_BYTES;

export const SpotState = schema({ chips: t.number(), players: t.number() }, "SpotState");
export type SpotState = InstanceType<typeof SpotState>;

export const SeatState = schema(
  { name: t.string(), colour: t.number(), stake: t.number(), chips: t.map("number") },
  "SeatState",
);
export type SeatState = InstanceType<typeof SeatState>;

export const TableRoomState = schema(
  {
    tableId: t.string().default(""),
    name: t.string().default(""),
    wheel: t.string().default(""),
    zeroRule: t.string().default(""),
    phase: t.string().default("paused"),
    round: t.number().default(0),
    phaseEndsAt: t.number().default(0),
    commitment: t.string().default(""),
    entropy: t.string().default(""),
    betsDigest: t.string().default(""),
    pocket: t.string().default(""),
    seed: t.string().default(""),
    lastPockets: t.array("string"),
    players: t.number().default(0),
    totalStake: t.number().default(0),
    spots: t.map(SpotState),
    seats: t.map(SeatState),
  },
  "TableRoomState",
);
export type TableRoomState = InstanceType<typeof TableRoomState>;

export const LobbyTableState = schema(
  {
    tableId: t.string().default(""),
    name: t.string().default(""),
    wheel: t.string().default(""),
    phase: t.string().default("paused"),
    round: t.number().default(0),
    phaseEndsAt: t.number().default(0),
    players: t.number().default(0),
    maxPlayers: t.number().default(0),
    minStake: t.number().default(0),
    lastPockets: t.array("string"),
  },
  "LobbyTableState",
);
export type LobbyTableState = InstanceType<typeof LobbyTableState>;

/** A big win at any table of the house. */
export const LobbyWinState = schema(
  {
    name: t.string(),
    tableId: t.string(),
    round: t.number(),
    pocket: t.string(),
    net: t.number(),
    at: t.number(),
  },
  "LobbyWinState",
);

export const LobbyRoomState = schema(
  /** Wins: newest first. */
  { tables: t.map(LobbyTableState), wins: t.array(LobbyWinState) },
  "LobbyRoomState",
);
export type LobbyRoomState = InstanceType<typeof LobbyRoomState>;

/** Makes `list` hold `wanted`; touches it only where it differs. */
export function showList(
  list: {
    readonly length: number;
    clear(): void;
    push(...items: string[]): unknown;
  } & Iterable<string>,
  wanted: readonly string[],
): void {
  const same = list.length === wanted.length && [...list].every((it, at) => it === wanted[at]);
  if (same) return;
  list.clear();
  list.push(...wanted);
}
