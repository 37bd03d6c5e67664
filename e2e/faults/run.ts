/** A run: suites inflict their faults on one stage, and then its witnesses are heard. */
import type { Told } from "./notes.ts";
import type { StageOptions } from "./stage.ts";
import { Stage } from "./stage.ts";
import type { BotsTold } from "./verdict.ts";
import { audited, heard } from "./verdict.ts";
import { OverdueError } from "./wait.ts";

/** How much of a suite is done. */
export interface Scale {
  readonly brief: boolean;
  /** Servers killed at random moments. */
  readonly kills: number;
}

export interface Suite {
  readonly name: string;
  /** What it does, in some words. */
  readonly does: string;
  /** Finds the crowd playing at the stage's house, and leaves it so. */
  readonly inflict: (stage: Stage, scale: Scale) => Promise<void>;
}

export interface Outcome extends Told {
  readonly suites: readonly string[];
  /** Null where they could not be heard. */
  readonly bots: BotsTold | null;
}

/** Inflicts the suites' faults one after the other, and judges what became of it. */
export async function runSuites(
  suites: readonly Suite[],
  scale: Scale,
  options: StageOptions,
): Promise<Outcome> {
  await using stage = new Stage(options);
  await inflictAll(stage, suites, scale);
  const bots = await heard(stage);
  await audited(stage);
  const { told } = stage.notes;
  if (told.findings.length > 0) {
    for (const { troubles } of stage.houses) if (troubles !== "") options.say(troubles);
  }
  return { suites: suites.map(({ name }) => name), ...told, bots };
}

async function inflictAll(stage: Stage, suites: readonly Suite[], scale: Scale): Promise<void> {
  try {
    await stage.open();
    for (const { name, does, inflict } of suites) {
      stage.options.say(`  ${name}: ${does}`);
      await inflict(stage, scale);
      await stage.everyoneIsBack();
      await audited(stage);
    }
  } catch (error) {
    const died = stage.houses.some(({ endedByItself }) => endedByItself !== null);
    if (!(error instanceof OverdueError) && !died) throw error;
    stage.notes.finding(String(error));
  } finally {
    // Nobody who sleeps can be heard.
    for (const house of stage.houses) house.wake();
  }
}
