/**
 * The transport of choice: uWebSockets.js.
 *
 * The parent's routes are taken over, which uWebSockets.js allows: a route that is registered again
 * replaces the earlier one. That is what makes bounds on bodies, the origin check, settled addresses
 * and a close that searches no list possible. Importing this file loads the native library, and
 * fails where its binary does not run.
 */

import type {
  HttpRequest,
  HttpResponse,
  us_listen_socket,
  us_socket_context_t,
  WebSocket,
} from "uWebSockets.js";
import uWebSockets from "uWebSockets.js";
import { parse } from "node:querystring";
import type { Router } from "@colyseus/core";
import { createAuthContext } from "@colyseus/core";
import { uWebSocketsTransport } from "@colyseus/uwebsockets-transport";
import { systemClock } from "../platform/clock.ts";
import type { RawHeaders } from "./address.ts";
import { proxiesIn, settleAddress } from "./address.ts";
import { EDGE_BOUNDS } from "./bounds.ts";
import type { EdgeOptions } from "./edge.ts";
import {
  declaresTooMuch,
  foreignOrigin,
  malformed,
  requestOf,
  statusLine,
  tooLarge,
  tooSlow,
} from "./edge.ts";
import { GatheredSocket } from "./gatheredSocket.ts";
import { listenFailure } from "./listenFailure.ts";
import { isOwnOrigin } from "./origin.ts";

const POLICY_VIOLATION = 1008;

/** `LIBUS_LISTEN_EXCLUSIVE_PORT`, which the library's types do not name. */
const EXCLUSIVE_PORT = 1;

const SOCKET_BEHAVIOUR = {
  maxPayloadLength: EDGE_BOUNDS.messageBytes,
  maxBackpressure: EDGE_BOUNDS.waitingBytes,
  closeOnBackpressureLimit: true,
  compression: uWebSockets.DISABLED,
  idleTimeout: (EDGE_BOUNDS.pingMs * 3) / 1000,
  sendPingsAutomatically: true,
};

type Client = uWebSocketsTransport["clients"][number];

export class UwsTransport extends uWebSocketsTransport {
  readonly #edge: EdgeOptions;
  readonly #isProxy: ReturnType<typeof proxiesIn>;
  #listening: us_listen_socket | null = null;

  constructor(edge: EdgeOptions) {
    super(SOCKET_BEHAVIOUR);
    this.#edge = edge;
    this.#isProxy = proxiesIn(edge.trustProxy);
    // The parent keeps a list that it searches when a socket closes; with the close taken over,
    // nobody reads it, and a mass drop is not quadratic.
    this.clients = Object.assign([], { push: () => 0 });
    this.app.ws("/*", {
      ...SOCKET_BEHAVIOUR,
      upgrade: (response, request, context) => this.#upgrade(response, request, context),
      open: (socket: WebSocket<unknown>) => this.#open(socket as Client),
      message: (socket: WebSocket<unknown>, message) => this.#receive(socket as Client, message),
      close: (socket: WebSocket<unknown>, code) => {
        const wrapper = this.clientWrappers.get(socket as Client);
        this.clientWrappers.delete(socket as Client);
        wrapper?.emit("close", code);
      },
    });
  }

  /** The port that is listened on; 0 where there is none. */
  get port(): number {
    return this.#listening === null ? 0 : uWebSockets.us_socket_local_port(this.#listening);
  }

  // biome-ignore lint/complexity/useMaxParams: the parent's signature
  override listen(
    port: number,
    hostname?: string,
    _backlog?: number,
    listening?: (error?: Error) => void,
  ): this {
    const listened = (socket: us_listen_socket | false): void => {
      if (socket === false) {
        void listenFailure(port, hostname).then(listening);
        return;
      }
      this.#listening = socket;
      listening?.();
    };
    // Exclusive: without it a second process could take half of this one's connections.
    const given = [port, EXCLUSIVE_PORT, listened];
    Reflect.apply(this.app.listen, this.app, hostname === undefined ? given : [hostname, ...given]);
    return this;
  }

  override bindRouter(router: Router): void {
    const answer = (response: HttpResponse, request: HttpRequest) =>
      this.#answer(router, response, request);
    this.app.any("/*", answer);
  }

  /** Whoever comes from now on finds the door closed; what is under way goes on. */
  stopListening(): void {
    if (this.#listening !== null) uWebSockets.us_listen_socket_close(this.#listening);
    this.#listening = null;
  }

  override shutdown(): void {
    this.#listening = null;
    this.app.close();
  }

  /** Reads the head now: it is gone as soon as this returns. */
  #head(response: HttpResponse, request: HttpRequest): RawHeaders {
    const headers: RawHeaders = {};
    request.forEach((name, value) => {
      headers[name] = value;
    });
    const peer = Buffer.from(response.getRemoteAddressAsText()).toString();
    settleAddress(headers, peer, this.#isProxy(peer));
    return headers;
  }

  #upgrade(response: HttpResponse, request: HttpRequest, context: us_socket_context_t): void {
    const headers = this.#head(response, request);
    if (!isOwnOrigin(headers)) {
      response.onAborted(() => {});
      void this.#write(response, foreignOrigin(), { method: "GET", close: true });
      return;
    }
    this.#edge.heard?.(request.getUrl());
    const searchParams = parse(request.getQuery());
    const token = searchParams["_authToken"];
    const record = headers as Record<string, string | undefined>;
    response.upgrade(
      {
        url: request.getUrl(),
        searchParams,
        context: createAuthContext({
          headers: record,
          ...(typeof token === "string" ? { token } : {}),
        }),
      },
      request.getHeader("sec-websocket-key"),
      request.getHeader("sec-websocket-protocol"),
      request.getHeader("sec-websocket-extensions"),
      context,
    );
  }

  #open(socket: Client): void {
    this.onConnection(socket).catch((error: unknown) => {
      this.#edge.log.error({ err: error }, "a connection could not be taken");
    });
    // The parent has put the bare socket into its wrapper by now, and sends only later.
    const wrapper = this.clientWrappers.get(socket);
    if (wrapper === undefined) return;
    const gathered = new GatheredSocket(socket, () => {
      this.#edge.log.debug("frames for a connection that was closed meanwhile");
    });
    wrapper.ws = gathered as unknown as typeof wrapper.ws;
  }

  /** What a frame's handler throws ends this connection, not the process. */
  #receive(socket: Client, message: ArrayBuffer): void {
    try {
      this.clientWrappers.get(socket)?.emit("message", Buffer.from(message));
    } catch (error) {
      this.#edge.log.warn({ err: error }, "a frame could not be taken");
      socket.end(POLICY_VIOLATION);
    }
  }

  #answer(router: Router, response: HttpResponse, request: HttpRequest): void {
    const headers = this.#head(response, request);
    const method = request.getMethod().toUpperCase();
    const query = request.getQuery();
    const target = query ? `${request.getUrl()}?${query}` : request.getUrl();
    response.onAborted(() => {
      response["aborted"] = true;
      response["late"]?.cancel();
    });
    const go = async (body: Buffer | null): Promise<void> => {
      const whole = requestOf({ method, target, headers, body });
      const answer = whole === null ? malformed() : await this.#edge.handle(router, whole);
      await this.#write(response, answer, { method, close: false });
    };
    const failed = (error: unknown) => {
      this.#edge.log.error({ err: error }, "an answer could not be written");
      if (response["aborted"] !== true) response.close();
    };
    if (method === "GET" || method === "HEAD") {
      go(null).catch(failed);
      return;
    }
    if (declaresTooMuch(headers, EDGE_BOUNDS.bodyBytes)) {
      this.#write(response, tooLarge(), { method, close: true }).catch(failed);
      return;
    }
    this.#collect(response, (body) => {
      const done =
        body instanceof Response ? this.#write(response, body, { method, close: true }) : go(body);
      done.catch(failed);
    });
  }

  /** The body, bounded in size and time, or what is answered past the bounds: nothing of it is kept. */
  #collect(response: HttpResponse, collected: (body: Buffer | Response) => void): void {
    const chunks: Buffer[] = [];
    let length = 0;
    let over = false;
    const end = (body: Buffer | Response): void => {
      over = true;
      chunks.length = 0;
      late.cancel();
      collected(body);
    };
    const late = systemClock.at(systemClock.now() + EDGE_BOUNDS.requestMs, () => end(tooSlow()));
    response["late"] = late;
    response.onData((chunk, isLast) => {
      if (over) return;
      length += chunk.byteLength;
      if (length > EDGE_BOUNDS.bodyBytes) return end(tooLarge());
      // The chunk's memory is the library's; it is gone when this returns.
      chunks.push(Buffer.from(new Uint8Array(chunk)));
      if (isLast) end(Buffer.concat(chunks));
    });
  }

  async #write(
    response: HttpResponse,
    answer: Response,
    { method, close }: { readonly method: string; readonly close: boolean },
  ): Promise<void> {
    const body = await answer.arrayBuffer();
    if (response["aborted"] === true) return;
    response.cork(() => {
      response.writeStatus(statusLine(answer.status));
      answer.headers.forEach((value, name) => {
        if (name !== "content-length") response.writeHeader(name, value);
      });
      if (method === "HEAD") response.endWithoutBody(body.byteLength, close);
      else response.end(body, close);
    });
  }
}
