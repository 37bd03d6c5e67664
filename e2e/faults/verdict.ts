/** The verdict about a run: the witnesses' and the audit's, not the suite's. */
import type { Report } from "../bots/report.ts";
import type { Stage } from "./stage.ts";

export type BotsTold = Pick<
  Report,
  "connected" | "dropped" | "reconnected" | "rounds" | "bets" | "voided"
>;

/** Ends the play and holds everyone's notes against the books; what does not fit is noted. */
export async function heard(stage: Stage): Promise<BotsTold | null> {
  const { notes, houses } = stage;
  for (const { endedByItself } of houses) if (endedByItself !== null) notes.finding(endedByItself);
  try {
    for (const fault of await stage.prober.faults(stage.url)) notes.finding(fault);
    return await crowdHeard(stage);
  } catch (error) {
    notes.finding(`the witnesses could not be heard: ${String(error)}`);
    return null;
  }
}

async function crowdHeard({ crowd, notes, options, excused }: Stage): Promise<BotsTold> {
  const report = await crowd.end();
  const { connected, dropped, reconnected, rounds, bets, voided } = report;
  if (!report.ok) for (const error of report.errors) notes.finding(error);
  if (!report.ok && report.errors.length === 0) notes.finding("the bots' books do not agree");
  if (connected < options.players) notes.finding(`only ${connected} bots came in`);
  for (const told of voided) {
    if (![...excused].some((reason) => told.includes(reason))) notes.finding(`void: ${told}`);
  }
  return { connected, dropped, reconnected, rounds, bets, voided };
}

/** Notes what the audit finds. */
export async function audited({ audits, notes }: Stage): Promise<void> {
  for (const fault of await audits.faults()) notes.finding(fault);
}
