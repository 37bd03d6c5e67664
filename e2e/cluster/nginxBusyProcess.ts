/** A real process that takes no more connections: it is stopped, and its queue is full. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { startNode } from "../src/testing/processes.ts";

export interface BusyProcess {
  readonly port: number;
  /** From now on the kernel lets nobody in who asks for a connection, and says nothing. */
  closeDoors(): Promise<void>;
  /** It goes on: who asks again is let in. */
  openDoors(): void;
  /** Whether somebody's connection was asked for a second time, and nobody has answered. */
  isAskedAgain(): boolean;
  stop(): Promise<void>;
}

/** With one place in its queue: the kernel lets one more than that wait. */
const PROGRAM = `
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
const [host, port] = process.argv.slice(1);
const server = createServer((_request, response) => response.end("busy"));
new WebSocketServer({ server }).on("connection", (socket) => socket.send('{"process":"busy"}'));
server.listen({ port: Number(port), host, backlog: 1 }, () => console.log("port", server.address().port));
`;
const QUEUED = 2;
/** As the kernel lists it. */
const SYN_SENT = "02";

export async function startBusyProcess({
  host = "127.0.0.1",
  port = 0,
} = {}): Promise<BusyProcess> {
  const args = ["--input-type=module", "--eval", PROGRAM, host, `${port}`];
  const running = startNode({ args });
  const bound = Number((await running.sees(/port (\d+)/))[1]);
  const queued: Socket[] = [];
  return {
    port: bound,
    closeDoors: async () => {
      running.signal("SIGSTOP");
      for (let count = 0; count < QUEUED; count += 1) {
        const socket = connect(bound, host);
        queued.push(socket);
        await once(socket, "connect");
      }
    },
    openDoors: () => running.signal("SIGCONT"),
    isAskedAgain: () => isAskedAgain(host, bound),
    stop: async () => {
      for (const socket of queued) socket.destroy();
      running.signal("SIGKILL");
      await running.exited;
    },
  };
}

function isAskedAgain(host: string, port: number): boolean {
  const address = host
    .split(".")
    .toReversed()
    .map((part) => hex(Number(part), 2));
  const to = `${address.join("")}:${hex(port, 4)}`;
  const sockets = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return sockets.some((socket) => {
    const [, , remote, state, , , again = "0"] = socket.trim().split(/\s+/);
    return remote === to && state === SYN_SENT && Number.parseInt(again, 16) > 0;
  });
}

const hex = (number: number, digits: number): string =>
  number.toString(16).toUpperCase().padStart(digits, "0");
