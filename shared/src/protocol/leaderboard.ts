/** Who won most, as `GET /api/leaderboard` tells it. */

/** The spans of time that the house keeps leaderboards for. */
export const PERIODS = ["day", "week", "all"] as const;
export type Period = (typeof PERIODS)[number];

/** A player's place on the leaderboard of a period. */
export interface Leader {
  readonly playerId: string;
  readonly name: string;
  /** Chips won less chips staked in the period's finished rounds. */
  readonly net: number;
  readonly staked: number;
  readonly rounds: number;
}
