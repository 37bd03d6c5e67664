/** How long the players of this process take to come back, should it end without a word. */
import type { HouseTables } from "../tables/tables.ts";

/** As many a second as are sent off where a table moves. */
const MS_PER_PLAYER = 1;

/**
 * Milliseconds over which to spread those who are here by now; 0 for one alone. It goes by the process, not
 * by the table: the process is what ends. Bounded by whoever takes the advice.
 */
export function comeBackWithinMs({ hosts }: Pick<HouseTables, "hosts">): number {
  let players = 0;
  // Without counting heads, since everyone who sits down asks: whoever left in this round counts still.
  for (const { state } of hosts.values()) players += state.players.size;
  return Math.max(0, players - 1) * MS_PER_PLAYER;
}
