import { Encoder, Reflection } from "@colyseus/schema";
import { BOUNDS } from "@croupier/shared/core/bounds";
import { asChips } from "@croupier/shared/core/chips";
import { layoutOf } from "@croupier/shared/core/spots";
import type { TableState } from "@croupier/shared/core/table/state";
import { createTable, playerAt } from "@croupier/shared/core/table/state";
import { describe, expect, it } from "vitest";
import { readConfig } from "../config/config.ts";
import type { TableHost } from "../tables/tableHost.ts";
import { STATE_BYTES } from "./state.ts";
import { TableProjection } from "./tableProjection.ts";

/** A table's books, and a projection of them; no rounds are played. */
function opened() {
  const [config] = readConfig({ TABLES: '[{"id":"t","name":"Table","wheel":"american"}]' }).tables;
  if (config === undefined) throw new Error("no table");
  const state = createTable(config, { lastRound: 4, lastPockets: ["7", "00"] });
  const projection = new TableProjection({ config, state } as unknown as TableHost);
  const put = (playerId: string, spot: string, chips: number) => {
    const player = playerAt(state, playerId);
    const before = player.chips.get(spot) ?? 0;
    if (chips === 0) player.chips.delete(spot);
    else player.chips.set(spot, asChips(chips));
    player.stake = asChips(player.stake + chips - before);
    state.totalStake = asChips(state.totalStake + chips - before);
    projection.moved({ type: "moved", playerId, changes: [[spot, chips - before]] });
  };
  const shown = () => {
    projection.flush();
    return projection.state.toJSON() as unknown as Shown;
  };
  return { state: state as TableState, projection, put, shown };
}

interface Shown {
  readonly spots: Record<string, { chips: number; players: number }>;
  readonly seats: Record<string, { stake: number; colour: number; chips: Record<string, number> }>;
  readonly [field: string]: unknown;
}

describe("a table as everyone sees it", () => {
  it("begins with what the table is and was", () => {
    expect(opened().shown()).toMatchObject({
      tableId: "t",
      name: "Table",
      wheel: "american",
      zeroRule: "none",
      round: 4,
      lastPockets: ["7", "00"],
      players: 0,
      spots: {},
      seats: {},
    });
  });

  it("adds up chips and players on a spot, and forgets an empty one", () => {
    const { put, shown } = opened();
    put("ada", "red", 10);
    put("bob", "red", 5);
    put("ada", "red", 30);
    expect(shown().spots).toEqual({ red: { chips: 35, players: 2 } });
    put("ada", "red", 0);
    expect(shown().spots).toEqual({ red: { chips: 5, players: 1 } });
    put("bob", "red", 0);
    expect(shown()).toMatchObject({ spots: {}, totalStake: 0 });
  });

  it("counts what it is told twice once", () => {
    const { put, projection, shown } = opened();
    put("ada", "red", 10);
    projection.moved({ type: "moved", playerId: "ada", changes: [["red", 10]] });
    projection.turn();
    projection.moved({ type: "moved", playerId: "ada", changes: [["red", 10]] });
    expect(shown().spots).toEqual({ red: { chips: 10, players: 1 } });
  });

  it("is made anew at a turn, when the felt was cleared", () => {
    const { put, projection, state, shown } = opened();
    projection.sit("ada", "Ada");
    put("ada", "red", 10);
    put("ada", "black", 10);
    shown();
    state.players.get("ada")?.chips.clear();
    playerAt(state, "ada").stake = asChips(0);
    projection.turn();
    put("ada", "odd", 7);
    expect(shown()).toMatchObject({
      spots: { odd: { chips: 7, players: 1 } },
      seats: { ada: { chips: { odd: 7 }, stake: 7 } },
    });
    expect(Object.keys(shown().spots)).toEqual(["odd"]);
    expect(Object.keys(shown().seats["ada"]?.chips ?? {})).toEqual(["odd"]);
  });

  it("shows the front seats' own chips, and the next one's when one leaves", () => {
    const { put, projection, shown } = opened();
    const everyone = Array.from({ length: BOUNDS.frontSeats + 1 }, (_, at) => `p${at}`);
    for (const playerId of everyone) {
      projection.sit(playerId, playerId.toUpperCase());
      put(playerId, "red", 10);
    }
    const last = `p${BOUNDS.frontSeats}`;
    expect(shown().players).toBe(BOUNDS.frontSeats + 1);
    expect(Object.keys(shown().seats)).not.toContain(last);
    projection.leave("p2");
    const { seats, spots } = shown();
    expect(seats[last]).toMatchObject({ colour: 2, stake: 10, chips: { red: 10 } });
    expect(seats["p2"]).toBeUndefined();
    // Chips of one who left stay on the felt.
    expect(spots["red"]).toEqual({ chips: 10 * (BOUNDS.frontSeats + 1), players: 9 });
  });

  it("changes nothing where nothing changed", () => {
    const { put, projection, shown } = opened();
    const encoder = new Encoder(projection.state);
    put("ada", "red", 10);
    shown();
    encoder.discardChanges();
    projection.turn();
    projection.flush();
    expect(encoder.hasChanges).toBe(false);
  });

  it("writes nothing between patches: who comes in then is not told of it twice", () => {
    const { projection, put } = opened();
    const encoder = new Encoder(projection.state);
    encoder.discardChanges();
    projection.sit("ada", "Ada");
    put("ada", "red", 10);
    projection.leave("ada");
    expect(encoder.hasChanges).toBe(false);
    projection.sit("ada", "Ada");
    projection.flush();
    expect(encoder.hasChanges).toBe(true);
  });

  it("fits the encoder at its fullest: every spot, every front seat on each of them", () => {
    const { put, projection, state } = opened();
    const most = 1_000_000_000;
    for (let seat = 0; seat < BOUNDS.frontSeats; seat += 1) {
      const playerId = `player-number-${seat}`.padEnd(16, "x");
      projection.sit(playerId, "\u{1F3B2}".repeat(24));
      for (const { id } of layoutOf("american").spots) put(playerId, id, most - seat);
    }
    Object.assign(state, {
      commitment: "f".repeat(64),
      entropy: "f".repeat(64),
      betsDigest: "f".repeat(64),
      seed: "f".repeat(64),
    });
    projection.flush();
    const encoder = new Encoder(projection.state);
    const full = encoder.encodeAll({ offset: 1 }, new Uint8Array(STATE_BYTES)).byteLength;
    expect(full).toBeGreaterThan(20_000);
    expect(full).toBeLessThan(STATE_BYTES / 2);
    expect(Reflection.encode(encoder).byteLength).toBeLessThan(4_096);
  });
});
