/**
 * A way to Postgres that loses things: what a COMMIT meets when a network or a server goes at the
 * worst moment.
 */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

/**
 * - `answer`: the COMMIT arrives, its answer does not;
 * - `pooler`: the same, and a pooler between tells of it, as the answer to what was sent first;
 * - `commit`: the COMMIT does not arrive;
 * - `late`: the client hears nothing, and the COMMIT arrives when {@link LosingProxy.deliver} says so.
 */
export type Loss = "answer" | "pooler" | "commit" | "late";

const COMMIT = Buffer.from("COMMIT\0");

/** An ErrorResponse as PgBouncer sends it once its own connection to the database is lost. */
const LOST_BEHIND_POOLER = errorResponse({ S: "FATAL", C: "08P01", M: "server conn crashed?" });

function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(fields).map(([field, value]) => `${field}${value}\0`);
  const body = Buffer.from(`${texts.join("")}\0`);
  const head = Buffer.from("E\0\0\0\0");
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

export interface LosingProxy {
  /** The address of the database through the proxy. */
  readonly url: string;
  /** The next COMMIT is lost this way; resolves when it was. */
  loseNext(loss: Loss): Promise<void>;
  /** Delivers the COMMIT that was late. */
  deliver(): void;
  /** Takes no connections and ends those there are, until {@link LosingProxy.open}. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

interface PlannedLoss {
  readonly loss: Loss;
  readonly done: () => void;
}

/** Opens a proxy to the database at `target`. */
export async function createLosingProxy(target: string): Promise<LosingProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let planned: PlannedLoss | null = null;
  let late: (() => void) | null = null;

  const lose = (pair: Pair, chunk: Buffer, { loss, done }: PlannedLoss) => {
    planned = null;
    if (loss === "answer" || loss === "pooler") {
      pair.server.removeAllListeners("data");
      pair.server.once("data", () => {
        if (loss === "pooler") pair.client.end(LOST_BEHIND_POOLER);
        else pair.client.destroy();
        done();
      });
      pair.server.write(chunk);
      return;
    }
    if (loss === "late") late = () => pair.server.end(chunk);
    else pair.server.destroy();
    pairs.delete(pair);
    pair.client.removeAllListeners("close");
    pair.client.destroy();
    done();
  };

  const server = createServer((client) => {
    const pair = { client, server: connect(Number(port), hostname) };
    pairs.add(pair);
    client.on("data", (chunk) => {
      if (planned !== null && chunk.includes(COMMIT)) lose(pair, chunk, planned);
      else pair.server.write(chunk);
    });
    pair.server.on("data", (chunk) => client.write(chunk));
    for (const [one, other] of [
      [client, pair.server],
      [pair.server, client],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const ownPort = (server.address() as AddressInfo).port;
  const url = new URL(target);
  url.port = String(ownPort);

  const shut = async () => {
    const closed = once(server, "close");
    server.close();
    for (const { client } of pairs) client.destroy();
    await closed;
  };
  return {
    url: url.href,
    loseNext: (loss) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      planned = { loss, done: resolve };
      return promise;
    },
    deliver: () => late?.(),
    shut,
    open: async () => {
      server.listen(ownPort, "127.0.0.1");
      await once(server, "listening");
    },
    close: async () => {
      if (server.listening) await shut();
    },
  };
}
