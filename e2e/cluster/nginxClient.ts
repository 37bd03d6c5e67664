/** Clients of the edge that may come from any loopback address and say anything. */
import { once } from "node:events";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import type { ClientOptions } from "ws";
import { WebSocket } from "ws";
import type { Arrival } from "./nginxUpstream.ts";

export interface Question {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** The client's own address. */
  readonly from?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as it came. */
  readonly raw: Buffer;
}

/** One request on a connection of its own; certificates are not looked at. */
export async function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body, from } = question;
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const request = send({
    ...asIs(url),
    method,
    headers,
    agent: false,
    rejectUnauthorized: false,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  // What is refused early is answered while the rest of it is still being sent.
  const answered = once(request, "response");
  request.end(body);
  const [response] = await answered;
  request.on("error", () => request.destroy());
  const raw = await buffer(response);
  return { status: response.statusCode, headers: response.headers, body: String(raw), raw };
}

/** The path as it was written: a URL would resolve its dots. */
function asIs(url: string) {
  const { protocol, hostname, port } = new URL(url);
  const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  return { protocol, hostname, port, path };
}

export interface PlayerSocket {
  /** What reached the process. */
  readonly arrival: Arrival;
  readonly socket: WebSocket;
  /** Sends a message and answers what comes back. */
  echo(message: string): Promise<string>;
}

/** @throws Error with the status where the upgrade is refused */
export async function openSocket(url: string, from?: string): Promise<PlayerSocket> {
  const options: ClientOptions = {
    rejectUnauthorized: false,
    ...(from === undefined ? {} : { localAddress: from }),
  };
  const socket = new WebSocket(url.replace(/^http/, "ws"), options);
  const [first] = await once(socket, "message");
  return {
    arrival: JSON.parse(String(first)) as Arrival,
    socket,
    echo: async (message) => {
      const back = once(socket, "message");
      socket.send(message);
      return String((await back)[0]);
    },
  };
}

/** A connection on which `head` was sent, and nothing more. */
export async function openRaw(url: string, head: string, from?: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({
    host: hostname,
    port: Number(port),
    ...(from === undefined ? {} : { localAddress: from }),
  });
  await once(socket, "connect");
  // Being thrown out is what slow ones are here for.
  socket.on("error", () => socket.destroy());
  socket.write(head);
  return socket;
}

/** Everything that comes until the connection ends, however it ends. */
export function lastWords(socket: Socket): Promise<string> {
  let words = "";
  socket.on("data", (part: Buffer) => {
    words += part.toString("latin1");
  });
  return new Promise((resolve) => {
    if (socket.closed) resolve(words);
    else socket.once("close", () => resolve(words));
  });
}
