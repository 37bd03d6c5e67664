/**
 * The table as a step function: what happened goes in, what is wished for comes out.
 *
 * Deterministic and without IO: time, randomness and the ledger's answers are inputs, wishes are
 * effects. A state belongs to its caller and is consumed by the step: it is changed in place, so
 * that a table of a thousand players costs a bet and not a copy. Whoever wants to keep a state
 * replays its inputs. A broken invariant throws; the state is then void and must be recovered from
 * the store.
 */
import type { TableEffect } from "./effects.ts";
import type { TableInput } from "./inputs.ts";
import { takeOperation, takePosted } from "./operations.ts";
import { lockWhenDrained, takeLocked, takeOpened, takeSettled, takeTick } from "./rounds.ts";
import type { TableState } from "./state.ts";
import { playerAt } from "./state.ts";

export interface Step {
  readonly state: TableState;
  /** In the order in which they are to be carried out. */
  readonly effects: readonly TableEffect[];
}

/** Takes one input. Throws `InvariantError` where the input cannot follow from the state. */
export function step(state: TableState, input: TableInput): Step {
  const effects: TableEffect[] = [];
  switch (input.type) {
    case "tick":
      takeTick(state, input.now, effects);
      break;
    case "operation":
      takeOperation(state, input, effects);
      break;
    case "posted":
      takePosted(state, input, effects);
      lockWhenDrained(state, input.now, effects);
      break;
    case "opened":
      takeOpened(state, input, effects);
      break;
    case "locked":
      takeLocked(state, input, effects);
      break;
    case "settled":
      takeSettled(state, input, effects);
      break;
    case "sat": {
      const player = playerAt(state, input.playerId);
      player.seated = true;
      if (player.lastChips.length === 0) player.lastChips = input.lastChips;
      break;
    }
    case "left": {
      const player = state.players.get(input.playerId);
      if (player === undefined) break;
      player.seated = false;
      player.clientSeed = null;
      if (player.stake === 0 && player.inFlight === null) state.players.delete(input.playerId);
      break;
    }
    case "client-seed": {
      const player = state.players.get(input.playerId);
      // Who has left meanwhile has no say in the next round.
      if (player?.seated === true) player.clientSeed = input.seed;
      break;
    }
    case "bank":
      if (state.bankAvailable !== input.available) {
        state.bankAvailable = input.available;
        effects.push({ type: "turn" });
      }
      break;
  }
  return { state, effects };
}

/** The first round whose entropy would take in a client seed given now. */
export function seedCountsFrom(state: TableState): number {
  return state.stage === "opening" ? state.round + 2 : state.round + 1;
}
