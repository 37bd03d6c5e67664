/**
 * A way to the database that loses things: connections are cut before a COMMIT arrives, between a
 * COMMIT and its answer, and in the middle of anything.
 */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { Random } from "../bots/random.ts";

/**
 * - `answer`: the COMMIT arrives, its answer does not;
 * - `commit`: the COMMIT does not arrive;
 * - `late`: the server hears that the connection is gone, and the COMMIT arrives some time after;
 * - `statement`: another statement's connection is cut.
 */
export type Loss = "answer" | "commit" | "late" | "statement";

const COMMIT = Buffer.from("COMMIT\0");
const LATE_MS = 400;
/** Statements are cut less often than commits by this factor: there are more of them. */
const STATEMENTS = 0.05;

interface Pair {
  readonly server: Socket;
  readonly database: Socket;
}

export interface LossyLineOptions {
  /** The database's address. */
  readonly target: string;
  readonly random: Random;
  readonly lost: (loss: Loss) => void;
}

export class LossyLine {
  /** The database's address over this line. */
  readonly url: string;
  /** The part of all commits that is lost, 0 to 1. */
  losing = 0;
  readonly #options: LossyLineOptions;
  readonly #listener: ReturnType<typeof createServer>;
  readonly #pairs = new Set<Pair>();

  private constructor(options: LossyLineOptions, listener: ReturnType<typeof createServer>) {
    this.#options = options;
    this.#listener = listener;
    const url = new URL(options.target);
    url.port = `${(listener.address() as AddressInfo).port}`;
    this.url = url.href;
    listener.on("connection", (server) => this.#join(server));
  }

  static async to(options: LossyLineOptions): Promise<LossyLine> {
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    return new LossyLine(options, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#listener, "close");
    this.#listener.close();
    for (const { server, database } of this.#pairs) {
      server.destroy();
      database.destroy();
    }
    await closed;
  }

  #join(server: Socket): void {
    const { hostname, port } = new URL(this.#options.target);
    const pair = { server, database: connect(Number(port), hostname) };
    this.#pairs.add(pair);
    server.setNoDelay(true);
    pair.database.setNoDelay(true);
    server.on("data", (chunk) => this.#carry(pair, chunk));
    pair.database.on("data", (chunk) => server.write(chunk));
    for (const [one, other] of [
      [server, pair.database],
      [pair.database, server],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  #carry(pair: Pair, chunk: Buffer): void {
    const loss = this.#lossOf(chunk);
    if (loss === null) {
      pair.database.write(chunk);
      return;
    }
    this.#options.lost(loss);
    switch (loss) {
      case "answer":
        pair.database.removeAllListeners("data");
        pair.database.once("data", () => pair.server.destroy());
        pair.database.write(chunk);
        break;
      case "late":
        pair.server.removeAllListeners("close");
        pair.server.destroy();
        setTimeout(() => pair.database.end(chunk), LATE_MS * this.#options.random.next());
        break;
      case "commit":
      case "statement":
        pair.server.destroy();
        break;
    }
  }

  #lossOf(chunk: Buffer): Loss | null {
    const { random } = this.#options;
    if (this.losing === 0) return null;
    if (!chunk.includes(COMMIT)) {
      return random.chance(this.losing * STATEMENTS) ? "statement" : null;
    }
    return random.chance(this.losing) ? random.pick(["answer", "commit", "late"] as const) : null;
  }
}
