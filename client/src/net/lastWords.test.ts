import { MatchMakeError } from "@colyseus/sdk";
import { describe, expect, it } from "vitest";
import { endsLobby, endsTable, finalWords } from "./lastWords.ts";

const refusal = (text: string) => new MatchMakeError(text, 0);

describe("answers at the door", () => {
  it.each([
    ["TABLE_FULL: This table has no free seat.", true, false],
    ["NOT_FOUND: There is no table.", true, false],
    ["BANNED: No.", true, true],
    ["UNAUTHENTICATED: Sign in first.", true, true],
    ["TOO_MANY_REQUESTS: Wait a few seconds.", false, false],
    ["BANK_UNAVAILABLE: Try again in a moment.", false, false],
    ["Failed to fetch", false, false],
  ])("%s ends a table: %s, the lobby: %s", (text, table, lobby) => {
    expect(endsTable(refusal(text), Number.POSITIVE_INFINITY)).toBe(table);
    expect(endsLobby(refusal(text))).toBe(lobby);
  });

  it("are not endings where the house was not even reached", () => {
    expect(endsTable(new TypeError("NOT_FOUND: network"), 0)).toBe(false);
    expect(endsLobby(undefined)).toBe(false);
  });

  it("of a full table are no ending for who sat there a moment ago", () => {
    const full = refusal("TABLE_FULL: This table has no free seat.");
    expect([0, 19_999, 20_000].map((awayMs) => endsTable(full, awayMs))).toEqual([
      false,
      false,
      true,
    ]);
    expect(endsTable(refusal("NOT_FOUND: There is no table."), 0)).toBe(true);
  });

  it("are told in words", () => {
    expect(finalWords(refusal("TABLE_FULL: x"))).toContain("full");
    expect(finalWords(4403)).toContain("ended");
  });
});
