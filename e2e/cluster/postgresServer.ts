/** The embedded Postgres of a cluster, through the program that looks after it and ends with it. */
import { startNode } from "../src/testing/processes.ts";
import { Service } from "./service.ts";

const SAYS = /"url":"([^"]+)"/;

export class PostgresServer extends Service {
  #url = "";

  /** @param folder is kept: what was in it is there again */
  constructor(folder: string) {
    super({
      name: "Postgres",
      says: SAYS,
      launch: () => {
        // Whoever uses it was told where it is in its first life.
        const port = this.#url === "" ? [] : [new URL(this.#url).port];
        return startNode({
          args: ["server/src/db/embeddedMain.ts", folder, ...port],
          obeying: true,
        });
      },
    });
  }

  /** With its password; the same in all its lives. */
  get url(): string {
    return this.#url;
  }

  override async start(): Promise<void> {
    await super.start();
    this.#url = SAYS.exec(this.running?.output() ?? "")?.[1] ?? this.#url;
  }

  /**
   * Ends it. Postgres is a session of its own, which runs on where whoever looked after it was killed:
   * then it is found again first.
   */
  override async [Symbol.asyncDispose](): Promise<void> {
    const exit = await this.end(null);
    if (exit?.code === 0) return;
    // Where it does not start there is nothing to end.
    await this.start().catch(() => undefined);
    await this.end(null);
  }
}
