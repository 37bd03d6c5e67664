/** All tables of the house as everyone may see them, wherever they run. */
import { phaseOf, seatedAt } from "@croupier/shared/core/table/state";
import type { Phase } from "@croupier/shared/protocol/state";
import type { TableHost } from "./tableHost.ts";
import type { HouseTables } from "./tables.ts";

/** What changes about a running table; the rest is its configuration. */
export interface TableSummary {
  readonly tableId: string;
  readonly phase: Phase;
  readonly round: number;
  /** Epoch milliseconds. */
  readonly phaseEndsAt: number;
  readonly players: number;
  readonly totalStake: number;
  readonly commitment: string;
  readonly entropy: string;
  /** Newest first. */
  readonly lastPockets: readonly string[];
}

export interface Floor {
  /** Null where nobody is known to run the table now. */
  summary(tableId: string): TableSummary | null;
}

export function summaryOf({ config, state }: TableHost): TableSummary {
  return {
    tableId: config.tableId,
    phase: phaseOf(state),
    round: state.round,
    phaseEndsAt: state.phaseEndsAt,
    players: seatedAt(state),
    totalStake: state.totalStake,
    commitment: state.commitment,
    entropy: state.entropy,
    lastPockets: state.lastPockets,
  };
}

/** A table that nobody runs now, as far as is known here. */
export function atRest(tableId: string): TableSummary {
  return {
    tableId,
    phase: "paused",
    round: 0,
    phaseEndsAt: 0,
    players: 0,
    totalStake: 0,
    commitment: "",
    entropy: "",
    lastPockets: [],
  };
}

/** The floor of a house with one process. */
export function ownFloor({ hosts }: Pick<HouseTables, "hosts">): Floor {
  return {
    summary: (tableId) => {
      const host = hosts.get(tableId);
      return host === undefined ? null : summaryOf(host);
    },
  };
}
