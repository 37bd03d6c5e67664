/** The public HTTP interface, as far as the client asks it anything. */
import type { Client } from "@colyseus/sdk";
import type { Period } from "@croupier/shared/protocol/leaderboard";
import type { BigWin } from "@croupier/shared/protocol/state";
import type { PhaseTimings, ShownLeader } from "../store/model.ts";
import { projectLeaders, projectWins } from "./projection.ts";

/** The public record of a round, unchecked: to be handed to the record check as it came. */
export async function fetchRecord(
  client: Client,
  tableId: string,
  round: number,
): Promise<unknown> {
  const path = `/api/rounds/${encodeURIComponent(tableId)}/${round}`;
  return (await client.http.get(path)).data;
}

/** How long the table's phases last, or null where the house does not say. */
export async function fetchTimings(client: Client, tableId: string): Promise<PhaseTimings | null> {
  const { data } = await client.http.get(`/api/tables/${encodeURIComponent(tableId)}`).catch(() => {
    // Without the timings only the countdown's ring and a short spin look less exact.
    return { data: null };
  });
  if (typeof data !== "object" || data === null) return null;
  const { bettingMs, closingMs, spinningMs, resultMs } = data as Record<string, unknown>;
  const known =
    typeof bettingMs === "number" &&
    typeof closingMs === "number" &&
    typeof spinningMs === "number" &&
    typeof resultMs === "number";
  return known ? { bettingMs, closingMs, spinningMs, resultMs } : null;
}

/** The house's big wins, or null where it does not answer: what is known already will do. */
export async function fetchWins(client: Client): Promise<readonly BigWin[] | null> {
  const answer = await client.http.get("/api/wins").catch(() => null);
  return answer === null ? null : projectWins(answer.data);
}

/** Who won most in a period, or null where the house does not answer. */
export async function fetchLeaders(
  client: Client,
  period: Period,
): Promise<readonly ShownLeader[] | null> {
  const answer = await client.http.get(`/api/leaderboard?period=${period}`).catch(() => null);
  return answer === null ? null : projectLeaders(answer.data);
}
