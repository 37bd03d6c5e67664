/** Keeps the leaderboard fresh that somebody in the lobby looks at. */
import type { Client } from "@colyseus/sdk";
import type { Period } from "@croupier/shared/protocol/leaderboard";
import type { Store } from "../store/store.ts";
import { fetchLeaders } from "./house.ts";

/** The pause between two looks, on average. */
const PAUSE_MS = 20_000;

interface LeadersPort {
  readonly client: Client;
  readonly store: Store;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Uniform in [0, 1): those who came together do not ask together for ever. */
  readonly random: () => number;
}

export interface LeaderWatch {
  /** Shows another period, as soon as the house has told it. */
  readonly choose: (period: Period) => void;
  /** Asks again and again, for as long as `here` answers true. */
  readonly follow: (here: () => boolean) => Promise<void>;
}

export function watchLeaders({ client, store, wait, random }: LeadersPort): LeaderWatch {
  const ask = async (): Promise<void> => {
    const { period } = store.state().leaders;
    const players = await fetchLeaders(client, period);
    // A house that does not answer now is asked again: what is shown stays until then.
    if (players !== null) store.dispatch({ type: "leaders-told", period, players });
  };
  return {
    choose: (period) => {
      store.dispatch({ type: "period-chosen", period });
      void ask();
    },
    follow: async (here) => {
      while (here()) {
        await ask();
        await wait(PAUSE_MS * (0.5 + random()));
      }
    },
  };
}
