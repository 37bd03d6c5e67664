/**
 * The socket of the stock SDK, calling from the bot's own address (see `network.ts`).
 *
 * The SDK takes its socket from the global scope once, when it is loaded: this module has to be
 * imported before it.
 */
import { WebSocket } from "ws";
import { homeOf, REQUEST_MS } from "./network.ts";

class BotSocket extends WebSocket {
  constructor(address: string, options?: { readonly headers?: Record<string, string> }) {
    const localAddress = homeOf(new URL(address).hostname);
    super(address, {
      headers: options?.headers ?? {},
      perMessageDeflate: false,
      handshakeTimeout: REQUEST_MS,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
  }
}

Object.assign(globalThis, { WebSocket: BotSocket });
