/** Who sits at the tables of this process. */
import type { PlayerAtTable, TableState } from "@croupier/shared/core/table/state";
import { phaseOf } from "@croupier/shared/core/table/state";

type Seats = Pick<TableState, "players">;

export function isSeated(states: readonly Seats[], playerId: string): boolean {
  return states.some(({ players }) => players.get(playerId)?.seated === true);
}

/**
 * Those whose balance the bank may tell at any time: without those whose result is still to come. It is
 * settled before it is shown, so their balance would tell it while the ball rolls; and their result
 * brings the balance to all their tables.
 */
export function seatedWithoutResult(states: readonly TableState[]): readonly string[] {
  const waiting = new Set(
    states
      .filter(resultIsToCome)
      .flatMap(({ players }) => idsOf(players, ({ stake }) => stake > 0)),
  );
  const seated = new Set(
    states.flatMap(({ players }) => idsOf(players, (player) => player.seated)),
  );
  return [...seated].filter((playerId) => !waiting.has(playerId));
}

/** Not where the table is paused: nobody knows when, or whether, it tells. */
function resultIsToCome(state: TableState): boolean {
  const phase = phaseOf(state);
  return phase === "closing" || phase === "spinning";
}

function idsOf(
  players: TableState["players"],
  isMeant: (player: PlayerAtTable) => boolean,
): readonly string[] {
  return [...players.values()].filter(isMeant).map(({ playerId }) => playerId);
}
