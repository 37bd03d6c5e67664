/** The socket of the stock SDK here: a lighter one than Node's own. Has to be imported before it. */
import { WebSocket } from "ws";

class PlainSocket extends WebSocket {
  constructor(address: string) {
    super(address, { perMessageDeflate: false });
  }
}

Object.assign(globalThis, { WebSocket: PlainSocket });
