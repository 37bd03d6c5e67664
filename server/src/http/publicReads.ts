/** The public reads that many ask for at once: how old they may be, and what they look like. */
import { createHash } from "node:crypto";
import type { TableConfig } from "@croupier/shared/core/types";
import type { Period } from "@croupier/shared/protocol/leaderboard";
import { PERIODS } from "@croupier/shared/protocol/leaderboard";
import { PHASES } from "@croupier/shared/protocol/state";
import { z } from "zod";

const count = z.int().min(0);
const text = z.string().max(100);

const entry = z.object({
  tableId: text,
  name: text,
  wheel: text,
  zeroRule: text,
  phase: z.enum(PHASES),
  round: count,
  phaseEndsAt: count,
  players: count,
  maxPlayers: count,
  minStake: count,
  lastPockets: z.array(z.string().max(3)).max(100),
});

/**
 * The list of tables. A process that has not heard of every table keeps its list for itself: what it
 * does not know of may run well. One with other tables, or rules, has another list.
 */
export function tablesRead(configs: readonly TableConfig[]) {
  const digest = createHash("sha256").update(JSON.stringify(configs)).digest("base64url");
  return {
    key: `tables:${digest.slice(0, 16)}`,
    // With the time after which the floor forgets a table: how long a killed process' is listed.
    keptMs: 250,
    shape: z.object({ tables: z.array(entry).length(configs.length) }),
  };
}

const leaders = z.object({
  period: z.enum(PERIODS),
  players: z
    .array(
      z.object({
        playerId: text,
        name: text,
        net: z.int(),
        staked: z.int(),
        rounds: z.int(),
      }),
    )
    .max(1_000),
});

export function leaderboardRead(period: Period) {
  return { key: `leaderboard:${period}`, keptMs: 1_000, shape: leaders };
}
