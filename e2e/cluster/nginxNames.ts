/** A name server for tests: names of processes that come, move and go. */
import { createSocket } from "node:dgram";
import { once } from "node:events";

export interface NameServer {
  /** As `resolver` takes it. */
  readonly address: string;
  /** Name -> IPv4 addresses; without one: there is no such name. */
  readonly names: Map<string, readonly string[]>;
  stop(): void;
}

const HEADER_BYTES = 12;
const ANSWER_OK = 0x8180;
const NO_SUCH_NAME = 0x8183;
const TTL_SECONDS = 600;

export async function startNames(): Promise<NameServer> {
  const names = new Map<string, readonly string[]>();
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    socket.send(answerTo(query, names), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  return { address: `127.0.0.1:${port}`, names, stop: () => void socket.close() };
}

/** One question, as resolvers send it; the answers point back to its name. */
function answerTo(query: Buffer, names: ReadonlyMap<string, readonly string[]>): Buffer {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("ascii", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(HEADER_BYTES, at + 5);
  const addresses = names.get(labels.join("."));
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(addresses === undefined ? NO_SUCH_NAME : ANSWER_OK, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses?.length ?? 0, 6);
  return Buffer.concat([header, question, ...(addresses ?? []).map(record)]);
}

function record(address: string): Buffer {
  const bytes = Buffer.from("c00c000100010000000000040000000000", "hex").subarray(0, 16);
  bytes.writeUInt32BE(TTL_SECONDS, 6);
  bytes.set(address.split(".").map(Number), 12);
  return bytes;
}
