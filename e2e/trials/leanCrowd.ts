/** Many players who only sit and watch, in a process of their own, and what they tell. */
import type { Exit, Running } from "../src/testing/processes.ts";
import { startNode } from "../src/testing/processes.ts";
import { until } from "./stage.ts";

export interface LeanNews {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Those who have a seat, over a living connection and with the table's state. */
  readonly inside: number;
  /** How often anybody got in so far; `anew`: by the matchmaker, and not with the token of a seat. */
  readonly entries: number;
  readonly anew: number;
  /** Tries of anybody that led to nothing so far. */
  readonly failures: number;
}

const NOTHING: LeanNews = { at: 0, inside: 0, entries: 0, anew: 0, failures: 0 };

export class LeanCrowd implements AsyncDisposable {
  readonly #process: Running;
  /** How it ended before it was asked to; else null. */
  #ended: Exit | null = null;

  constructor(url: string, tableIds: readonly string[], players: number) {
    const args = ["e2e/trials/leanMain.ts", url, tableIds.join(","), `${players}`];
    this.#process = startNode({ args, obeying: true });
    this.#process.exited.then(
      (exit) => {
        this.#ended = exit;
      },
      () => undefined,
    );
  }

  /** The newest of what was told. @throws Error where the crowd has ended by itself */
  get news(): LeanNews {
    if (this.#ended !== null) throw new Error(`the crowd has ended: ${this.#ended.stderr.trim()}`);
    const line = this.#process.output().slice(-400).split("\n").at(-2);
    return line?.startsWith("{") === true ? (JSON.parse(line) as LeanNews) : NOTHING;
  }

  /** Everything that was told since, a line each tenth of a second. */
  since(at: number): readonly LeanNews[] {
    const lines = this.#process.output().split("\n");
    const told = lines.filter((line) => line.startsWith("{") && line.endsWith("}"));
    return told.map((line) => JSON.parse(line) as LeanNews).filter((news) => news.at >= at);
  }

  async untilInside(players: number, withinMs: number): Promise<void> {
    await until(`${players} players inside`, () => this.news.inside >= players, {
      withinMs,
      everyMs: 100,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.tell(null);
    await this.#process.exited;
  }
}
