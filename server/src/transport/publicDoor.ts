/**
 * Whether this process's public address leads to it: it knocks there, as a player's socket would, and
 * listens at its own door. Nothing is believed of whoever answers but that it is somebody else.
 *
 *   knock ──▶ PUBLIC_ADDRESS ──▶ … ──▶ this process hears it:       here
 *                                 ├──▶ another process answers,
 *                                 │    or the proxy: no such one:   elsewhere
 *                                 └──▶ nothing that says anything:  unknown
 *
 * Unknown is no sign of anything: the public door may be out of reach from inside.
 */
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import type { Clock } from "../platform/clock.ts";
import { within } from "../platform/within.ts";

type Knocked = "here" | "elsewhere" | "unknown";

/** Long for an answer; where none comes it delays only who could not be asked anyway. */
const PATIENCE_MS = 3_000;
/** The public door has TLS or not: the address does not say. */
const PROTOCOLS = ["ws", "wss"] as const;

export class PublicDoor {
  readonly #address: string;
  readonly #clock: Clock;
  readonly #awaited = new Map<string, () => void>();

  /** @param address host with an optional port and path */
  constructor(address: string, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
  }

  /** Resolves within some seconds, and never rejects. */
  async knock(): Promise<Knocked> {
    const token = randomUUID();
    const heard = Promise.withResolvers<void>();
    this.#awaited.set(token, heard.resolve);
    let found: Knocked = "unknown";
    const here = heard.promise.then(() => {
      found = "here";
    });
    const sockets = PROTOCOLS.map((protocol) => {
      const url = `${protocol}://${this.#address}/knock/${token}`;
      // Whose certificate it is, is the players' affair.
      return new WebSocket(url, { rejectUnauthorized: false });
    });
    const answers = sockets.map(async (socket) => {
      const isElsewhere = await answersForHouse(socket);
      if (isElsewhere && found === "unknown") found = "elsewhere";
    });
    await within(Promise.race([here, Promise.all(answers)]), PATIENCE_MS, this.#clock);
    this.#awaited.delete(token);
    for (const socket of sockets) socket.terminate();
    return found;
  }

  /** A socket came to this process's door. `path`: as it was asked for. */
  heard(path: string): void {
    const token = path.slice(path.lastIndexOf("/") + 1);
    this.#awaited.get(token)?.();
  }
}

/** Whether a process of the house answers, or its proxy that it has none there; false for all others. */
function answersForHouse(socket: WebSocket): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.on("open", () => resolve(true));
  socket.on("unexpected-response", (_request, { statusCode, headers }) => {
    const isRefusal = headers["content-type"]?.startsWith("application/json") === true;
    resolve(statusCode === 404 && isRefusal);
  });
  socket.on("error", () => resolve(false));
  return promise;
}
