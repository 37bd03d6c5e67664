/** Something between the server and Postgres that does not pass on all that connections begin with. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

export interface Pooler {
  readonly url: string;
  close(): Promise<void>;
}

/** Before the database at `url`; `passOn` answers what is left of the options of a connection. */
export async function startPooler(
  url: string,
  passOn: (options: string) => string,
): Promise<Pooler> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const postgres = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, postgres],
      [postgres, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    // On a connection of this machine the first packet comes in one piece.
    client.once("data", (first) => {
      postgres.write(rewritten(first, passOn));
      client.pipe(postgres);
    });
    postgres.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = new URL(url);
  address.port = String((server.address() as AddressInfo).port);
  return {
    url: address.href,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The startup packet: its length, the protocol's version, then names and values, ended by zeros. */
function rewritten(packet: Buffer, passOn: (options: string) => string): Buffer {
  const texts = packet.subarray(8).toString().split("\0");
  const at = texts.indexOf("options");
  if (at >= 0) {
    const options = passOn(texts[at + 1] ?? "");
    texts.splice(at, 2, ...(options === "" ? [] : ["options", options]));
  }
  const body = Buffer.from(texts.join("\0"));
  const head = Buffer.from(packet.subarray(0, 8));
  head.writeInt32BE(head.length + body.length);
  return Buffer.concat([head, body]);
}
