/**
 * The one address that players know, in front of several servers: new connections go to the server
 * that it was told, those that are there stay where they are.
 */
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";

interface Way {
  readonly client: Socket;
  readonly server: Socket;
  readonly port: number;
}

export class Forwarder {
  readonly url: string;
  readonly #listener: Server;
  readonly #ways = new Set<Way>();
  #port: number;

  private constructor(listener: Server, port: number) {
    this.#listener = listener;
    this.#port = port;
    this.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    listener.on("connection", (client) => this.#join(client));
  }

  /** Opens it, with new connections to the server at `url`. */
  static async to(url: string): Promise<Forwarder> {
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    return new Forwarder(listener, portOf(url));
  }

  /** From now on new connections go to the server at `url`. */
  lead(url: string): void {
    this.#port = portOf(url);
  }

  /** Cuts every other connection to the server at `url`, as half of a network would fail. */
  cutHalf(url: string): void {
    for (const [index, { client }] of this.#to(url).entries()) {
      if (index % 2 === 0) client.destroy();
    }
  }

  /** Cuts every connection to the server at `url`. */
  cutAll(url: string): void {
    for (const { client } of this.#to(url)) client.destroy();
  }

  /** How many connections lead to the server at `url`. */
  connections(url: string): number {
    return this.#to(url).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#listener, "close");
    this.#listener.close();
    for (const { client, server } of this.#ways) {
      client.destroy();
      server.destroy();
    }
    await closed;
  }

  #to(url: string): readonly Way[] {
    const port = portOf(url);
    return [...this.#ways].filter((way) => way.port === port);
  }

  #join(client: Socket): void {
    const way = { client, server: connect(this.#port, "127.0.0.1"), port: this.#port };
    const { server } = way;
    this.#ways.add(way);
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.pipe(server);
    server.pipe(client);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        this.#ways.delete(way);
      });
    }
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
