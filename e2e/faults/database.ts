/** A Postgres outside of any server, so that either can end without the other. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNode } from "../src/testing/processes.ts";
import { databasePid } from "../src/testing/server.ts";
import { inTime } from "./wait.ts";

export interface OutsideDatabase {
  readonly url: string;
  /** Ends it as a crash would: every connection at once, nothing written down. */
  crash(): Promise<void>;
  /** It recovers; answers when it took connections again, in epoch milliseconds. */
  recover(): Promise<number>;
  /** The rows of a `SELECT`: what the books hold, past every server. */
  ask<Row extends object>(sql: string): Promise<readonly Row[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Done {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly rows?: readonly unknown[];
}

const ANSWER_MS = 60_000;

/** Starts a database with nothing in it, on a folder that goes with it. */
export async function startDatabase(): Promise<OutsideDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "croupier-faults-"));
  const script = startNode({
    args: ["server/src/testing/outsidePostgres.ts", folder],
    obeying: true,
  });
  // It is a session of its own, which the end of this process would leave running.
  const abandon = (): void => {
    const pid = databasePid(folder);
    if (pid !== null) process.kill(pid, "SIGQUIT");
  };
  process.once("exit", abandon);
  let commands = 0;
  const obey = async (command: string): Promise<Done> => {
    script.tell(command);
    commands += 1;
    const seen = script.sees(new RegExp(`^\\{"done":${commands},.*\\}$(?=\\n)`, "m"));
    const [line] = await inTime(`the database's ${command}`, seen, ANSWER_MS);
    return JSON.parse(line) as Done;
  };
  const seen = script.sees(/"url":"([^"]+)"/);
  const [, url = ""] = await inTime("the database's start", seen, ANSWER_MS);
  return {
    url,
    async crash() {
      await obey("stop");
    },
    async recover() {
      const { at } = await obey("start");
      return at;
    },
    async ask<Row extends object>(sql: string) {
      const { rows = [] } = await obey(`ask ${sql.replaceAll(/\s+/g, " ")}`);
      return rows as readonly Row[];
    },
    async [Symbol.asyncDispose]() {
      script.tell(null);
      await script.exited;
      process.off("exit", abandon);
      abandon();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
