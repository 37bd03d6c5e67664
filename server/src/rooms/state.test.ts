import { Encoder, Reflection } from "@colyseus/schema";
import { BOUNDS } from "@croupier/shared/core/bounds";
import { describe, expect, it } from "vitest";
import { LobbyRoomState, LobbyTableState, LobbyWinState, STATE_BYTES, showList } from "./state.ts";

/** As many as a house may have, and as many wins as the lobby shows. */
const TABLES = 64;
const WINS = 10;

/** Of one character that takes four bytes. */
const long = (characters: number) => "\u{1F3B2}".repeat(characters);

describe("the lobby's state", () => {
  it("fits the encoder at its fullest: every table, with the longest names and all its pockets", () => {
    const state = new LobbyRoomState();
    for (let number = 0; number < TABLES; number += 1) {
      const table = new LobbyTableState();
      table.assign({
        tableId: `table-${number}`.padEnd(32, "x"),
        name: long(60),
        wheel: "triple-zero",
        phase: "spinning",
        round: 2 ** 40,
        phaseEndsAt: 2 ** 41,
        players: 5_000,
        maxPlayers: 5_000,
        minStake: 1_000_000_000,
      });
      showList(table.lastPockets, Array(BOUNDS.lastPockets).fill("000"));
      state.tables.set(table.tableId, table);
    }
    for (let number = 0; number < WINS; number += 1) {
      const where = { name: long(24), tableId: "x".repeat(32), round: 2 ** 40, pocket: "000" };
      state.wins.push(new LobbyWinState({ ...where, net: 2 ** 40, at: 2 ** 41 }));
    }
    const encoder = new Encoder(state);
    const full = encoder.encodeAll({ offset: 1 }, new Uint8Array(STATE_BYTES)).byteLength;
    expect(full).toBeGreaterThan(TABLES * 240);
    expect(full).toBeLessThan(STATE_BYTES / 2);
    expect(Reflection.encode(encoder).byteLength).toBeLessThan(4_096);
  });
});

describe("a list that is shown", () => {
  it("is left alone where it is the same, and nobody is told of it", () => {
    const table = new LobbyTableState();
    showList(table.lastPockets, ["7", "0"]);
    const encoder = new Encoder(table);
    encoder.discardChanges();
    showList(table.lastPockets, ["7", "0"]);
    expect(encoder.hasChanges).toBe(false);
    showList(table.lastPockets, ["12", "7", "0"]);
    expect(encoder.hasChanges).toBe(true);
    expect([...table.lastPockets]).toEqual(["12", "7", "0"]);
    showList(table.lastPockets, ["1"]);
    expect([...table.lastPockets]).toEqual(["1"]);
  });
});
