/** Builders for the tests of the model. */
import type { SeatMessage, SettledMessage } from "@croupier/shared/protocol/messages";
import type { TableView } from "@croupier/shared/protocol/state";
import type { AppState } from "./model.ts";
import { INITIAL_STATE } from "./model.ts";
import { reduce } from "./reducer.ts";

/** A European table in the betting of round 7. */
export function aTable(change: Partial<TableView> = {}): TableView {
  return {
    tableId: "t1",
    name: "Monte",
    wheel: "european",
    zeroRule: "la-partage",
    phase: "betting",
    round: 7,
    phaseEndsAt: 20_000,
    commitment: "c0",
    entropy: "e0",
    betsDigest: "",
    pocket: "",
    seed: "",
    lastPockets: ["17", "0"],
    players: 1,
    totalStake: 0,
    spots: new Map(),
    seats: new Map(),
    ...change,
  };
}

/** The seat of player `me` with 1,000 chips and nothing on the felt. */
export function aSeat(change: Partial<SeatMessage> = {}): SeatMessage {
  return {
    playerId: "me",
    name: "Ada",
    balance: 1000,
    stake: 0,
    chips: [],
    lastChips: [],
    round: 7,
    limits: { min: 1, max: { straight: 100 }, playerMax: 5000, houseMax: 100_000 },
    clientSeed: null,
    ...change,
  };
}

/** 25 chips on 17, and 17 came. */
export function aSettlement(change: Partial<SettledMessage> = {}): SettledMessage {
  return {
    round: 7,
    pocket: "17",
    stake: 25,
    returned: 900,
    net: 875,
    balance: 1875,
    wins: [["straight:17", 900]],
    ...change,
  };
}

/** A player seated at that table. */
export function seatedState(table: Partial<TableView> = {}): AppState {
  const me = { playerId: "me", name: "Ada", guest: true };
  return (
    [
      { type: "connection-changed", connection: "online" },
      { type: "signed-in", me, balance: 1000 },
      { type: "table-chosen", tableId: "t1" },
      { type: "table-changed", table: aTable(table) },
      { type: "seated", seat: aSeat() },
    ] as const
  ).reduce(reduce, INITIAL_STATE);
}
