/**
 * The house of `docker/compose.prod.yaml` on this machine: a project of its own, with secrets, a
 * certificate, volumes and ports of its own, and nothing left of it at the end.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "../cluster/nginxCertificate.ts";
import { freePort } from "../src/testing/ports.ts";
import { repository } from "../src/testing/processes.ts";
import type { Variables } from "./engine.ts";
import { docker, findCompose, run, running } from "./engine.ts";
import { partsOf } from "./secretParts.ts";

const PROJECT = "croupier-proof";
const IMAGES = `localhost/${PROJECT}`;
const FILE = join(repository, "docker", "compose.prod.yaml");

type Compose = readonly [program: string, ...args: string[]];

export class Stack implements AsyncDisposable {
  readonly #folder: string;
  readonly #compose: Compose;
  readonly #port: number;
  #variables: Variables;

  private constructor(folder: string, compose: Compose, variables: Variables) {
    this.#folder = folder;
    this.#compose = compose;
    this.#variables = variables;
    this.#port = Number(variables["CROUPIER_HTTPS_PORT"]);
  }

  /** Makes secrets and a certificate; starts nothing yet. */
  static async prepare(): Promise<Stack> {
    const compose = await findCompose();
    const folder = mkdtempSync(join(tmpdir(), "croupier-containers-"));
    const port = await freePort();
    const variables = {
      COMPOSE_PROJECT_NAME: PROJECT,
      CROUPIER_IMAGES: IMAGES,
      CROUPIER_SECRETS: join(folder, "secrets"),
      CROUPIER_CERTIFICATES: join(folder, "certificates"),
      CROUPIER_LISTEN: "127.0.0.1",
      CROUPIER_HTTP_PORT: String(await freePort()),
      CROUPIER_HTTPS_PORT: String(port),
      CROUPIER_HOST: `localhost:${port}`,
      // All bots come from one address.
      EDGE_CONNECTIONS_PER_ADDRESS: "10000",
      EDGE_REQUESTS_PER_SECOND: "5000",
      EDGE_REQUESTS_BURST: "10000",
    };
    const stack = new Stack(folder, compose, variables);
    await stack.#makeCertificate();
    await stack.script("setup.sh");
    return stack;
  }

  /** As browsers see it. */
  get url(): string {
    return `https://localhost:${this.#port}`;
  }

  /** The certificate that bots have to trust. */
  get certificate(): string {
    return join(this.#folder, "certificates", "fullchain.pem");
  }

  /** What must be nowhere but in their files. */
  get secrets(): readonly string[] {
    const folder = join(this.#folder, "secrets");
    return readdirSync(folder).flatMap((name) =>
      partsOf(readFileSync(join(folder, name), "utf8").trim()),
    );
  }

  image(name: string): string {
    return `${IMAGES}/${name}:0.1.0`;
  }

  /** Changes a setting for everything from now on. */
  set(name: string, value: string): void {
    this.#variables = { ...this.#variables, [name]: value };
  }

  /** `docker compose …`; its output. */
  async compose(...args: readonly string[]): Promise<string> {
    const [program, ...first] = this.#compose;
    const exit = await run(program, [...first, "-f", FILE, ...args], this.#variables);
    return exit.stdout.trim();
  }

  /** A script of `docker/`; what it says. */
  async script(name: string, ...args: readonly string[]): Promise<string> {
    const exit = await run(join(repository, "docker", name), args, this.#variables);
    return exit.stdout;
  }

  /** Ids of the containers that run, or of those of one service; the oldest number first. */
  async containers(service = ""): Promise<readonly string[]> {
    return running(await this.compose("ps", "-q", ...(service === "" ? [] : [service])));
  }

  /** One line of the database, as its superuser reads it. */
  async sql(statement: string): Promise<string> {
    const [postgres = ""] = await this.containers("postgres");
    const psql = ["psql", "-U", "postgres", "-d", "croupier", "-AtX", "-c", statement];
    return docker("exec", postgres, ...psql);
  }

  async #makeCertificate(): Promise<void> {
    const folder = join(this.#folder, "certificates");
    mkdirSync(folder);
    const key = join(folder, "privkey.pem");
    await makeCertificate({ certificate: this.certificate, key });
    // Nginx is another user than this one.
    chmodSync(key, 0o644);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compose("--profile", "restore", "down", "--volumes", "--timeout", "5");
    // Databases that were made beside the one of now.
    const volumes = await docker("volume", "ls", "-q", "--filter", `name=${PROJECT}`);
    const left = volumes.split("\n").filter((name) => name !== "");
    if (left.length > 0) await docker("volume", "rm", ...left);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
