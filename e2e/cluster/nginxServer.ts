/**
 * The public door on this machine: a real Nginx, with the edge's own templates, before processes
 * that are given by their addresses.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../command/operatorError.ts";
import type { Running } from "../src/testing/processes.ts";
import { startProgram } from "../src/testing/processes.ts";
import { makeCertificate } from "./nginxCertificate.ts";
import { edgeDefaults, renderEdge } from "./nginxTemplates.ts";
import { Service } from "./service.ts";
import { ensureProgram } from "./systemPackages.ts";

/** Slot -> `host:port`, as the proxy reaches the process. */
export type ProcessList = ReadonlyMap<number, string>;

export interface NginxOptions {
  /** Its file; it is found, or installed, where none is given. */
  readonly program?: string;
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

const HOST = "127.0.0.1";
const GROUP = "processes";
const BROTLI = [
  "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so",
  "/usr/lib64/nginx/modules/ngx_http_brotli_static_module.so",
];
const REFUSED = /\[emerg\] .*/;
/** One for each worker that has made room for its successor. */
const MADE_ROOM = /gracefully shutting down/g;

export class NginxServer extends Service {
  /** The entry: `http://` or, with a port for HTTPS, `https://`. */
  readonly url: string;
  /** One JSON object a line. */
  readonly accessLog: string;
  readonly errorLog: string;
  readonly #folder: string;
  readonly #workers: number;
  readonly #program: string;

  constructor(program: string, options: NginxOptions) {
    const { folder, ports, host = HOST } = options;
    super({
      name: "Nginx",
      says: /start worker process \d/,
      launch: () => startProgram(program, { args: argumentsFor(folder) }),
    });
    this.#program = program;
    this.#folder = folder;
    this.url =
      ports.https === undefined ? `http://${host}:${ports.http}` : `https://${host}:${ports.https}`;
    ({ accessLog: this.accessLog, errorLog: this.errorLog } = logsIn(folder));
    const settings = settingsOf(options);
    this.#workers = Number(settings.EDGE_WORKERS);
    mkdirSync(folder, { recursive: true });
    renderEdge(folder, settings);
    writeProcesses(folder, options.processes);
  }

  /** 0 where it is not there. */
  get pid(): number {
    return this.running?.pid ?? 0;
  }

  /** @throws {@link OperatorError} with what Nginx says about a configuration that it does not take */
  override async start(): Promise<void> {
    await this.#test();
    await super.start();
  }

  /** Takes another list of processes; resolves when every new connection sees it. */
  async reload(processes: ProcessList): Promise<void> {
    writeProcesses(this.#folder, processes);
    await this.#test();
    if (this.running !== null) await reloaded(this.running, this.#workers);
  }

  /** Ends it and its connections. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  async #test(): Promise<void> {
    const args = ["-t", "-q", ...argumentsFor(this.#folder)];
    const { code, stderr } = await startProgram(this.#program, { args }).exited;
    if (code === 0) return;
    throw new OperatorError(`nginx -t: ${REFUSED.exec(stderr)?.[0] ?? stderr.trim()}`);
  }
}

/**
 * Starts Nginx; it takes connections when the promise resolves.
 *
 * @throws {@link OperatorError} with what Nginx says about a configuration that it does not take
 */
export async function startNginx(options: NginxOptions): Promise<NginxServer> {
  const program = options.program ?? (await ensureProgram("nginx"));
  const nginx = new NginxServer(program, options);
  if (options.ports.https !== undefined) await makeCertificate(certificateIn(options.folder));
  await nginx.start();
  return nginx;
}

function settingsOf({ folder, clientDir, ports, host = HOST, settings }: NginxOptions) {
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

async function reloaded(running: Running, workers: number): Promise<void> {
  const before = running.output();
  const madeRoom = before.match(MADE_ROOM)?.length ?? 0;
  running.signal("SIGHUP");
  // The old workers stop taking connections when the new ones take them.
  await running.sees(new RegExp(`(?:${MADE_ROOM.source}[^]*?){${madeRoom + workers}}`));
}
