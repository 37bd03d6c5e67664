/**
 * The public door on this machine: a real Nginx, with the edge's own templates, before processes
 * that are given by their addresses.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../command/operatorError.ts";
import type { Exit, Running } from "../src/testing/processes.ts";
import { startProgram } from "../src/testing/processes.ts";
import { makeCertificate } from "./nginxCertificate.ts";
import { edgeDefaults, renderEdge } from "./nginxTemplates.ts";
import { ensureProgram } from "./systemPackages.ts";

/** Slot -> `host:port`, as the proxy reaches the process. */
export type ProcessList = ReadonlyMap<number, string>;

export interface NginxOptions {
  /** Absolute, of its own: configuration, certificate, access log and temporary files. */
  readonly folder: string;
  /** Absolute: the built client. */
  readonly clientDir: string;
  readonly processes: ProcessList;
  /** With a port for HTTPS, the one for HTTP only leads there. */
  readonly ports: { readonly http: number; readonly https?: number };
  /** The address to listen on. */
  readonly host?: string;
  /** Changes to the settings of `nginx/defaults.env`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface NginxServer {
  /** The entry: `http://` or, with a port for HTTPS, `https://`. */
  readonly url: string;
  readonly pid: number;
  /** One JSON object a line. */
  readonly accessLog: string;
  readonly errorLog: string;
  /** Takes another list of processes; resolves when every new connection sees it. */
  reload(processes: ProcessList): Promise<void>;
  /** Ends it and its connections. */
  stop(): Promise<Exit>;
  [Symbol.asyncDispose](): Promise<void>;
}

const GROUP = "processes";
const BROTLI = [
  "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so",
  "/usr/lib64/nginx/modules/ngx_http_brotli_static_module.so",
];
const STARTED = /start worker process \d/;
const REFUSED = /\[emerg\] .*/;
/** One for each worker that has made room for its successor. */
const MADE_ROOM = /gracefully shutting down/g;

/**
 * Starts Nginx; it takes connections when the promise resolves.
 *
 * @throws {@link OperatorError} with what Nginx says about a configuration that it does not take
 */
export async function startNginx(options: NginxOptions): Promise<NginxServer> {
  const program = await ensureProgram("nginx");
  const { folder, ports, host = "127.0.0.1" } = options;
  mkdirSync(folder, { recursive: true });
  const settings = settingsOf(options);
  renderEdge(folder, settings);
  writeProcesses(folder, options.processes);
  if (ports.https !== undefined) await makeCertificate(certificateIn(folder));
  const args = argumentsFor(folder);
  const test = () => checked(startProgram(program, { args: ["-t", "-q", ...args] }));
  await test();
  const running = startProgram(program, { args });
  await running.sees(STARTED);
  const url =
    ports.https === undefined ? `http://${host}:${ports.http}` : `https://${host}:${ports.https}`;
  const stop = (): Promise<Exit> => {
    running.signal("SIGTERM");
    return running.exited;
  };
  return {
    url,
    pid: running.pid,
    ...logsIn(folder),
    stop,
    reload: async (processes) => {
      writeProcesses(folder, processes);
      await test();
      await reloaded(running, Number(settings.EDGE_WORKERS));
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

function settingsOf({ folder, clientDir, ports, host = "127.0.0.1", settings }: NginxOptions) {
  const brotli = BROTLI.find((file) => existsSync(file));
  const { certificate, key } = certificateIn(folder);
  const { accessLog, errorLog } = logsIn(folder);
  const secure = ports.https !== undefined;
  return {
    ...edgeDefaults(),
    EDGE_ENTRY: secure ? "tls" : "plain",
    EDGE_HTTP_LISTEN: `${host}:${ports.http}`,
    ...(secure
      ? { EDGE_HTTPS_LISTEN: `${host}:${ports.https}`, EDGE_HTTPS_PORT: `${ports.https}` }
      : {}),
    EDGE_CERTIFICATE: certificate,
    EDGE_CERTIFICATE_KEY: key,
    EDGE_CLIENT_DIR: clientDir,
    EDGE_RUN_DIR: folder,
    EDGE_ANY_PROCESS: GROUP,
    EDGE_PROCESSES: join(folder, "processes.map"),
    // Literal addresses ask no resolver.
    EDGE_RESOLVER: "127.0.0.1",
    EDGE_ACCESS_LOG: accessLog,
    // Its standard error is left to what it says about itself: see `reloaded`.
    EDGE_ERROR_LOG: errorLog,
    EDGE_LOAD_MODULES: brotli === undefined ? "" : `load_module ${brotli};`,
    EDGE_STATIC_ENCODINGS: brotli === undefined ? "" : "brotli_static on;",
    EDGE_WORKERS: "2",
    ...settings,
  };
}

const certificateIn = (folder: string) => ({
  certificate: join(folder, "certificate.pem"),
  key: join(folder, "certificate.key"),
});

const logsIn = (folder: string) => ({
  accessLog: join(folder, "access.log"),
  errorLog: join(folder, "error.log"),
});

/**
 * None is left out for a while, whatever it does: where one hangs and another is being replaced, none
 * would be left, and Nginx would refuse what the third one could answer.
 */
function writeProcesses(folder: string, processes: ProcessList): void {
  const slots = [...processes].map(([slot, address]) => `${slot} ${address};\n`);
  writeFileSync(join(folder, "processes.map"), slots.join(""));
  const servers = [...processes.values()].map((address) => `  server ${address} max_fails=0;\n`);
  writeFileSync(join(folder, "upstreams.conf"), `upstream ${GROUP} {\n${servers.join("")}}\n`);
}

/** In the foreground; as root with workers that may read what root wrote. */
function argumentsFor(folder: string): string[] {
  const user = process.getuid?.() === 0 ? " user root;" : "";
  return ["-e", "stderr", "-c", join(folder, "nginx.conf"), "-g", `daemon off;${user}`];
}

async function checked(test: Running): Promise<void> {
  const { code, stderr } = await test.exited;
  if (code === 0) return;
  throw new OperatorError(`nginx -t: ${REFUSED.exec(stderr)?.[0] ?? stderr.trim()}`);
}

async function reloaded(running: Running, workers: number): Promise<void> {
  const before = running.output();
  const madeRoom = before.match(MADE_ROOM)?.length ?? 0;
  running.signal("SIGHUP");
  // The old workers stop taking connections when the new ones take them.
  await running.sees(new RegExp(`(?:${MADE_ROOM.source}[^]*?){${madeRoom + workers}}`));
}
