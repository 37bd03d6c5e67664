/** A small real process behind the proxy: it says what reached it, by HTTP and by WebSocket. */
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/** What a request was when it arrived. */
export interface Arrival {
  readonly process: string;
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
}

export interface Upstream {
  readonly name: string;
  readonly port: number;
  readonly address: string;
  /** Everything that arrived, in order. */
  readonly arrivals: readonly Arrival[];
  /** Ends it, with every connection. */
  stop(): Promise<void>;
}

export interface UpstreamOptions {
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
  /** Pings sockets whose target has `pinged` in it this often. */
  readonly pingMs?: number;
  /** Answers in place of the usual answer. */
  readonly answer?: (response: ServerResponse, arrival: Arrival) => void;
}

/**
 * Answers every request with its {@link Arrival} as JSON, and every socket with the same as its first
 * message; then it echoes.
 */
export async function startUpstream(options: UpstreamOptions): Promise<Upstream> {
  const { name, host = "127.0.0.1", port = 0, pingMs = 0, answer = tell } = options;
  const arrivals: Arrival[] = [];
  const arrive = (request: IncomingMessage, bytes: number): Arrival => {
    const { method = "", url: target = "", headers } = request;
    const arrival = { process: name, method, target, headers, bytes };
    arrivals.push(arrival);
    return arrival;
  };
  const http = createServer(async (request, response) => {
    let bytes = 0;
    for await (const part of request) bytes += (part as Buffer).length;
    answer(response, arrive(request, bytes));
  });
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", (socket, request) => {
    socket.on("error", () => socket.terminate());
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.send(JSON.stringify(arrive(request, 0)));
    if (pingMs === 0 || !request.url?.includes("pinged")) return;
    const pinging = setInterval(() => socket.ping(), pingMs);
    socket.on("close", () => clearInterval(pinging));
  });
  http.listen(port, host);
  await once(http, "listening");
  const bound = (http.address() as AddressInfo).port;
  return {
    name,
    port: bound,
    address: `${host}:${bound}`,
    arrivals,
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function tell(response: ServerResponse, arrival: Arrival): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(arrival));
}
