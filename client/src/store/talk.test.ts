import { describe, expect, it } from "vitest";
import type { Action } from "./actions.ts";
import { LINES_KEPT } from "./model.ts";
import { reduce } from "./reducer.ts";
import { seatedState } from "./testing.ts";

const line = (text: string, playerId = "grace"): Action => ({
  type: "talk-heard",
  message: { playerId, name: playerId, text, at: 1 },
});
const looks = (watched: boolean): Action => ({ type: "talk-watched", watched });
const run = (actions: readonly Action[], from = seatedState()) => actions.reduce(reduce, from);

describe("the talk at the table", () => {
  it("is kept in its order, up to its bound", () => {
    const said = Array.from({ length: LINES_KEPT + 5 }, (_, index) => line(`${index + 1}`));
    const { lines } = run(said).talk;
    expect(lines).toHaveLength(LINES_KEPT);
    expect(lines[0]).toMatchObject({ id: 6, text: "6" });
    expect(lines.at(-1)).toMatchObject({ id: LINES_KEPT + 5 });
  });

  it("counts as unread what others said while nobody looked", () => {
    const away = run([line("hello"), line("my own", "me"), line("again")]);
    expect(away.talk.unread).toBe(2);
    const back = run([looks(true), line("seen")], away);
    expect(back.talk.unread).toBe(0);
    expect(run([looks(false), line("missed")], back).talk.unread).toBe(1);
  });

  it("stays at the table where it was, and whoever looks goes on looking", () => {
    const left = run([looks(true), line("hello"), { type: "table-left" }]);
    expect(left.talk).toEqual({ lines: [], unread: 0, watched: true });
    const out = run([looks(true), line("hello"), { type: "signed-out" }]);
    expect(out.talk).toEqual(left.talk);
  });
});
