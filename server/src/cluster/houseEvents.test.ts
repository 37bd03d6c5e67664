import { expect, it } from "vitest";
import { cleanName } from "../players/names.ts";
import { parseEvent } from "./houseEvents.ts";

const EVENT = {
  tableId: "main",
  round: 7,
  status: "settled",
  pocket: "17",
  at: 1_700_000_000_000,
  winners: [{ playerId: "ada", name: "Ada", net: 350, staked: 10 }],
};

it("takes an event with any name that a player may have", () => {
  for (const name of ["Ada", "🎰".repeat(24)]) {
    expect(cleanName(name)).toBe(name);
    const event = { ...EVENT, winners: EVENT.winners.map((winner) => ({ ...winner, name })) };
    expect(parseEvent(JSON.stringify(event))).toEqual(event);
  }
});

it("takes nothing else for an event", () => {
  for (const text of ["", "null", "[]", JSON.stringify({ ...EVENT, round: -1 }), undefined, 7]) {
    expect(parseEvent(text)).toBeNull();
  }
});
