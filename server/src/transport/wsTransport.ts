/**
 * The transport for systems where uWebSockets.js does not load: Node's own HTTP server and `ws`.
 *
 * Colyseus would bind its router to an HTTP server that it sees, with open CORS and unbounded
 * bodies; this one keeps its server to itself, so that the router is bound here, as on uWebSockets.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Router } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { proxiesIn, settleAddress } from "./address.ts";
import { EDGE_BOUNDS } from "./bounds.ts";
import type { EdgeOptions } from "./edge.ts";
import { declaresTooMuch, foreignOrigin, malformed, requestOf, tooLarge } from "./edge.ts";
import { GuardedSocket } from "./guardedSocket.ts";
import { isOwnOrigin } from "./origin.ts";

export class WsTransport extends WebSocketTransport {
  readonly #edge: EdgeOptions;
  readonly #isProxy: ReturnType<typeof proxiesIn>;
  readonly #http: Server;

  constructor(edge: EdgeOptions) {
    super({
      noServer: true,
      maxPayload: EDGE_BOUNDS.messageBytes,
      perMessageDeflate: false,
      pingInterval: EDGE_BOUNDS.pingMs,
      WebSocket: GuardedSocket,
      beforeUpgrade: (_request, { headers }) =>
        isOwnOrigin(Object.fromEntries(headers)) ? undefined : foreignOrigin(),
    });
    this.#edge = edge;
    this.#isProxy = proxiesIn(edge.trustProxy);
    this.#http = createServer({
      requestTimeout: EDGE_BOUNDS.requestMs,
      headersTimeout: EDGE_BOUNDS.headersMs,
      connectionsCheckingInterval: EDGE_BOUNDS.lookMs,
    });
    this.#http.setTimeout(EDGE_BOUNDS.unreadMs);
    // Before the parent's listener, which believes the headers.
    this.#http.on("upgrade", (request) => {
      const { remoteAddress } = request.socket;
      settleAddress(request.headers, remoteAddress, this.#isProxy(remoteAddress));
      this.#edge.heard?.(request.url ?? "");
    });
    this.attachToServer(this.#http);
    delete this.server;
  }

  /** The port that is listened on; 0 where there is none. */
  get port(): number {
    return (this.#http.address() as AddressInfo | null)?.port ?? 0;
  }

  // biome-ignore lint/complexity/useMaxParams: the parent's signature
  override listen(
    port: number,
    hostname?: string,
    backlog?: number,
    listening?: (error?: Error) => void,
  ): this {
    const failed = (error: Error) => listening?.(error);
    this.#http.once("error", failed);
    this.#http.listen({ port, host: hostname, backlog: backlog ?? EDGE_BOUNDS.waiting }, () => {
      this.#http.off("error", failed);
      this.#http.on("error", (error) => this.#edge.log.error({ err: error }, "HTTP server"));
      listening?.();
    });
    return this;
  }

  override bindRouter(router: Router): void {
    this.#http.on("request", (request, response) => {
      this.#answer(router, request, response).catch((error: unknown) => {
        this.#edge.log.error({ err: error }, "an answer could not be written");
        response.destroy();
      });
    });
  }

  /** Whoever comes from now on finds the door closed; what is under way goes on. */
  stopListening(): void {
    this.#http.close();
  }

  override shutdown(): void {
    this.wss.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  async #answer(router: Router, incoming: IncomingMessage, outgoing: ServerResponse) {
    const { headers, method = "GET", url: target = "/" } = incoming;
    const { remoteAddress } = incoming.socket;
    settleAddress(headers, remoteAddress, this.#isProxy(remoteAddress));
    const body = await bodyOf(incoming);
    if (body === "too large") {
      outgoing.shouldKeepAlive = false;
      await write(outgoing, tooLarge(), method);
      return;
    }
    if (body === "aborted") return;
    const request = requestOf({ method, target, headers, body });
    const response = request === null ? malformed() : await this.#edge.handle(router, request);
    await write(outgoing, response, method);
  }
}

/** The body, bounded: what is past the bound is neither kept nor waited for. */
function bodyOf(incoming: IncomingMessage): Promise<Buffer | "too large" | "aborted"> {
  if (declaresTooMuch(incoming.headers, EDGE_BOUNDS.bodyBytes)) return Promise.resolve("too large");
  const { promise, resolve } = Promise.withResolvers<Buffer | "too large" | "aborted">();
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= EDGE_BOUNDS.bodyBytes) chunks.push(chunk);
    else {
      chunks.length = 0;
      incoming.pause();
      resolve("too large");
    }
  });
  incoming.on("end", () => resolve(Buffer.concat(chunks)));
  incoming.on("close", () => resolve("aborted"));
  incoming.on("error", () => resolve("aborted"));
  return promise;
}

async function write(outgoing: ServerResponse, response: Response, method: string): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (outgoing.destroyed) return;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  if (!response.headers.has("content-length")) outgoing.setHeader("content-length", body.length);
  outgoing.writeHead(response.status);
  outgoing.end(method === "HEAD" ? undefined : body);
}
