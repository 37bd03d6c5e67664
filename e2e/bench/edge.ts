/**
 * What the edge costs for WebSockets, beside a bare Nginx that does nothing but proxy them: both lead
 * to the same process, and carry the same messages in turn. Prints its figures as JSON.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { WebSocket } from "ws";
import { openSocket } from "../cluster/nginxClient.ts";
import { startNginx } from "../cluster/nginxServer.ts";
import { startUpstream } from "../cluster/nginxUpstream.ts";
import { ensureProgram } from "../cluster/systemPackages.ts";
import { freePort } from "../src/testing/ports.ts";
import type { Running } from "../src/testing/processes.ts";
import { startProgram } from "../src/testing/processes.ts";

const SOCKETS = 200;
const REPEATS = 7;
/** Of each socket in one measurement: a message goes, and comes back. */
const MESSAGES = 60;
const PAUSE_MS = 25;
/** About as long as a table's patch. */
const MESSAGE = "x".repeat(120);

/** A proxy that is measured. */
interface Proxy {
  readonly workers: readonly number[];
  readonly sockets: readonly WebSocket[];
}

await using parts = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), "croupier-edge-"));
parts.defer(() => rmSync(folder, { recursive: true, force: true }));
const upstream = await startUpstream({ name: "echo" });
parts.defer(() => upstream.stop());
const edge = await openEdge();
const bare = await openBare();

const ratios: number[] = [];
const costs: { edge: number[]; bare: number[] } = { edge: [], bare: [] };
// The first of each is not counted: connections have to find their place.
for (let repeat = 0; repeat <= REPEATS; repeat += 1) {
  const [first, second] = repeat % 2 === 0 ? [edge, bare] : [bare, edge];
  const [one, other] = [await microsecondsOf(first), await microsecondsOf(second)];
  if (repeat === 0) continue;
  const [edgeCost, bareCost] = first === edge ? [one, other] : [other, one];
  costs.edge.push(edgeCost);
  costs.bare.push(bareCost);
  ratios.push(edgeCost / bareCost);
}
const unit = "µs of a processor for a message and its echo";
const benchmark = {
  title: `The edge and its sockets: ${SOCKETS} players, medians of ${REPEATS}`,
  figures: [
    { name: "the edge", value: median(costs.edge), unit },
    { name: "a bare WebSocket proxy", value: median(costs.bare), unit },
  ],
  bars: [{ name: "the edge to the bare proxy", value: median(ratios), unit: "times", atMost: 1.1 }],
};
console.log(JSON.stringify(benchmark));

async function openEdge(): Promise<Proxy> {
  const nginx = await startNginx({
    folder: join(folder, "edge"),
    clientDir: folder,
    processes: new Map([[1, upstream.address]]),
    ports: { http: await freePort() },
    settings: { EDGE_WORKERS: "1", EDGE_CONNECTIONS_PER_ADDRESS: "1000" },
  });
  parts.use(nginx);
  return { workers: workersOf(nginx.pid), sockets: await fill(`${nginx.url}/p/1/process/room`) };
}

/** As little as it takes to carry a WebSocket. */
async function openBare(): Promise<Proxy> {
  const program = await ensureProgram("nginx");
  const port = await freePort();
  const own = join(folder, "bare");
  mkdirSync(own);
  const user = process.getuid?.() === 0 ? "user root;" : "";
  writeFileSync(
    join(own, "nginx.conf"),
    `${user} daemon off; worker_processes 1; pid ${own}/nginx.pid; error_log ${own}/error.log;
     events { worker_connections 4096; }
     http {
       access_log off;
       client_body_temp_path ${own}; proxy_temp_path ${own}; fastcgi_temp_path ${own};
       uwsgi_temp_path ${own}; scgi_temp_path ${own};
       server {
         listen 127.0.0.1:${port};
         location / {
           proxy_pass http://${upstream.address};
           proxy_http_version 1.1;
           proxy_set_header Upgrade $http_upgrade;
           proxy_set_header Connection upgrade;
         }
       }
     }`,
  );
  const running: Running = startProgram(program, { args: ["-c", join(own, "nginx.conf")] });
  parts.defer(async () => {
    running.signal("SIGTERM");
    await running.exited;
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    try {
      const sockets = await fill(`${url}/p/1/process/room`);
      return { workers: workersOf(running.pid), sockets };
    } catch (error) {
      if (tries === 100) throw error;
      await wait(PAUSE_MS);
    }
  }
}

async function fill(url: string): Promise<readonly WebSocket[]> {
  const sockets: WebSocket[] = [];
  parts.defer(() => {
    for (const socket of sockets) socket.terminate();
  });
  for (let count = 0; count < SOCKETS; count += 1) sockets.push((await openSocket(url)).socket);
  return sockets;
}

/** The processor time that the proxy's workers take for one message and its echo. */
async function microsecondsOf({ workers, sockets }: Proxy): Promise<number> {
  const before = processorTime(workers);
  await Promise.all(sockets.map(exchange));
  return (processorTime(workers) - before) / 1_000 / (SOCKETS * MESSAGES);
}

/** Sends all messages of one socket; resolves when the last one is back. */
async function exchange(socket: WebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let back = 0;
  const count = (): void => {
    back += 1;
    if (back === MESSAGES) resolve();
  };
  socket.on("message", count);
  // Not all at the same moment.
  await wait(Math.random() * PAUSE_MS);
  for (let sent = 0; sent < MESSAGES; sent += 1) {
    socket.send(MESSAGE);
    await wait(PAUSE_MS);
  }
  await promise;
  socket.off("message", count);
}

/** Nanoseconds that these processes have been on a processor. */
function processorTime(pids: readonly number[]): number {
  const times = pids.map((pid) => readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]);
  return times.reduce((sum, time) => sum + Number(time), 0);
}

function workersOf(master: number): readonly number[] {
  const tasks = readdirSync(`/proc/${master}/task`);
  return tasks.flatMap((task) =>
    readFileSync(`/proc/${master}/task/${task}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
