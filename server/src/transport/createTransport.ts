/** Chooses the transport. */
import type { TransportChoice } from "../config/config.ts";
import { ConfigError } from "../config/configError.ts";
import type { EdgeOptions } from "./edge.ts";
import type { UwsTransport } from "./uwsTransport.ts";
import { WsTransport } from "./wsTransport.ts";

export type HouseTransport = UwsTransport | WsTransport;

/**
 * The transport that `choice` asks for; `auto` takes uWebSockets.js where its binary loads. Throws
 * `ConfigError` where `uws` was asked for and does not load.
 */
export async function createTransport(
  choice: TransportChoice,
  edge: EdgeOptions,
): Promise<HouseTransport> {
  if (choice === "ws") {
    edge.log.info({ transport: "ws" }, "transport: ws, as TRANSPORT asks");
    return new WsTransport(edge);
  }
  try {
    const { UwsTransport } = await import("./uwsTransport.ts");
    edge.log.info({ transport: "uws" }, "transport: uWebSockets.js");
    return new UwsTransport(edge);
  } catch (error) {
    const why = reason(error);
    if (choice === "uws") {
      throw new ConfigError(
        `TRANSPORT is "uws", but uWebSockets.js does not load here (${why}); it takes auto or ws.`,
      );
    }
    edge.log.info(
      { transport: "ws", why },
      `transport: ws, because uWebSockets.js does not load: ${why}`,
    );
    return new WsTransport(edge);
  }
}

/** The part of the loader's message that says what is missing, in one line. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split("\n").map((line) => line.trim());
  const telling = lines.find((line) => /not found|cannot|no such/i.test(line)) ?? lines[0] ?? "";
  const version = /version `([^']+)' not found/.exec(telling)?.[1];
  return version === undefined ? telling : `the system's C library lacks ${version}`;
}
