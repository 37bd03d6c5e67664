/** A trial: something is done to a cluster under a crowd, and then its witnesses are heard. */
import type { Report } from "../bots/report.ts";
import type { Told } from "../faults/notes.ts";
import { OverdueError } from "../faults/wait.ts";
import type { StageOptions } from "./stage.ts";
import { Stage } from "./stage.ts";

export interface Scale {
  /** A form that a test can wait for. */
  readonly brief: boolean;
  /** Of the stage; the trial's own where it is not given. */
  readonly players: number | undefined;
  /** Sockets that are cut at once. */
  readonly sockets?: number | undefined;
  /** Faults at random. */
  readonly turns: number | undefined;
  readonly seed: number;
}

export interface Trial {
  readonly name: string;
  /** What it does, in some words. */
  readonly does: string;
  readonly stage: (scale: Scale) => Omit<StageOptions, "seed" | "say">;
  /** Finds the crowd playing, and leaves it so. */
  readonly inflict: (stage: Stage, scale: Scale) => Promise<void>;
  /** Nobody is thrown out, and nothing in the processes' logs is an error. */
  readonly quiet?: boolean;
  /** How long a player may be out; longer is a finding. Not looked at where it is not given. */
  readonly awayMs?: number;
}

export interface Outcome extends Told {
  readonly trial: string;
  /** Null where they could not be heard. */
  readonly bots: BotsTold | null;
}

export type BotsTold = Pick<
  Report,
  "connected" | "dropped" | "reconnected" | "rounds" | "bets" | "voided" | "ackMs" | "awayMs"
>;

/** Characters of a line of a log. */
const MOST_SHOWN = 300;

/** Does what the trial does, and judges what became of it. */
export async function runTrial(
  trial: Trial,
  scale: Scale,
  say: (line: string) => void,
): Promise<Outcome> {
  const players = scale.players === undefined ? {} : { players: scale.players };
  const { seed } = scale;
  await using stage = await Stage.open({ ...trial.stage(scale), ...players, seed, say });
  // What comes is not to rewrite what there is.
  for (const fault of await stage.auditFaults()) stage.notes.finding(fault);
  try {
    await trial.inflict(stage, scale);
    await stage.everyoneIsBack();
  } catch (error) {
    if (!(error instanceof OverdueError)) throw error;
    stage.notes.finding(String(error));
  }
  const bots = await heard(stage, trial.awayMs);
  if (trial.quiet === true) expectQuiet(stage, bots);
  for (const fault of await stage.auditFaults()) stage.notes.finding(fault);
  for (const { unasked } of stage.processes) for (const end of unasked) stage.notes.finding(end);
  const { told } = stage.notes;
  if (told.findings.length > 0) {
    for (const { slot, troubles } of stage.processes) {
      for (const line of troubles) say(`  process ${slot}: ${line.slice(0, MOST_SHOWN)}`);
    }
  }
  return { trial: trial.name, ...told, bots };
}

function expectQuiet({ notes, processes }: Stage, bots: BotsTold | null): void {
  const dropped = bots?.dropped ?? 0;
  if (dropped > 0) notes.finding(`players were thrown out ${dropped} times`);
  const paused = bots?.bets.refused["TABLE_PAUSED"] ?? 0;
  if (paused > 0) notes.finding(`${paused} bets were refused because a table was paused`);
  for (const { slot, troubles } of processes) {
    for (const line of troubles) notes.finding(`process ${slot} says ${line.slice(0, MOST_SHOWN)}`);
  }
}

/** Ends the play and holds everyone's notes against the books; what does not fit is noted. */
async function heard(
  { crowd, notes, options, processes }: Stage,
  awayMs: number | undefined,
): Promise<BotsTold | null> {
  // Nobody who sleeps can be heard.
  for (const process of processes) process.thaw();
  try {
    const report = await crowd.end();
    for (const error of report.errors) notes.finding(error);
    if (!report.ok && report.errors.length === 0) notes.finding("the bots' books do not agree");
    if (report.connected < options.players) notes.finding(`${report.connected} bots came in`);
    for (const voided of report.voided) notes.finding(`void: ${voided}`);
    if (awayMs !== undefined && report.awayMs.max > awayMs) {
      notes.finding(`a player was out for ${report.awayMs.max} ms, where ${awayMs} are allowed`);
    }
    const { connected, dropped, reconnected, rounds, bets, voided, ackMs } = report;
    return { connected, dropped, reconnected, rounds, bets, voided, ackMs, awayMs: report.awayMs };
  } catch (error) {
    notes.finding(`the witnesses could not be heard: ${String(error)}`);
    return null;
  }
}
