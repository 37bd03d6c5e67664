/** One player at each table who bets until a bet is acknowledged: how long a table was not there. */
import { Prober } from "../faults/prober.ts";
import { OverdueError } from "../faults/wait.ts";
import type { Stage } from "./stage.ts";

export class Probers {
  readonly #stage: Stage;
  readonly #byTable: ReadonlyMap<string, Prober>;

  private constructor(stage: Stage, byTable: ReadonlyMap<string, Prober>) {
    this.#stage = stage;
    this.#byTable = byTable;
  }

  /** Signs a player in for each table of the stage. */
  static async enter(stage: Stage): Promise<Probers> {
    const { tableIds, cluster } = stage;
    const entered = tableIds.map(
      async (tableId) => [tableId, await Prober.enter(cluster.url, tableId)] as const,
    );
    return new Probers(stage, new Map(await Promise.all(entered)));
  }

  /**
   * Measures from `since` (epoch ms) to the first bet that each of the tables acknowledges after it.
   * `url`: where the players ask for their seats; at the one address where it is not given.
   */
  async measure(name: string, { tables, since, mostMs, url }: ProbedTables): Promise<void> {
    const { notes, cluster } = this.#stage;
    const probes = tables.map(async (tableId) => {
      const prober = this.#byTable.get(tableId);
      if (prober === undefined) throw new Error(`nobody probes ${tableId}`);
      try {
        // Asked for longer than allowed, to tell how late it was.
        const at = await prober.untilAcknowledged(url ?? cluster.url, 4 * mostMs);
        notes.measured(name, at - since, mostMs);
      } catch (error) {
        if (!(error instanceof OverdueError)) throw error;
        notes.finding(`${name} (${tableId}): ${error.message}`);
      }
    });
    await Promise.all(probes);
  }

  /** What does not fit between the players' notes and the ledger. */
  async faults(): Promise<readonly string[]> {
    const { cluster } = this.#stage;
    const all = [...this.#byTable.values()].map((prober) => prober.faults(cluster.url));
    return (await Promise.all(all)).flat();
  }
}

export interface ProbedTables {
  readonly tables: readonly string[];
  readonly since: number;
  readonly mostMs: number;
  readonly url?: string;
}
