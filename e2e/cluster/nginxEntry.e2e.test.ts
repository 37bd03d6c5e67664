/** The script that starts the edge in its container. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Running } from "../src/testing/processes.ts";
import { repository } from "../src/testing/processes.ts";
import { ask } from "./nginxClient.ts";
import { entrySettings, runEntry } from "./nginxEntry.ts";
import { edgeDefaults, render } from "./nginxTemplates.ts";

const TEMPLATES = join(repository, "nginx", "templates");

let folder = "";
let running: Running;
let env: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "croupier-nginx-"));
  env = { ...(await entrySettings(folder)), EDGE_CLIENT_DIR: "/srv/one & two|three" };
  running = runEntry(env);
  await running.sees(/start worker process \d/);
});

afterAll(async () => {
  running?.signal("SIGTERM");
  await running?.exited;
  rmSync(folder, { recursive: true, force: true });
});

const rendered = (name: string) => readFileSync(join(folder, "run", name), "utf8");

describe("the container's entry", () => {
  it("becomes Nginx, with a certificate of its own where none is mounted", async () => {
    const { status } = await ask(`https://${env["EDGE_HTTPS_LISTEN"]}/health`);
    expect(status).toBe(200);
    expect(running.output()).toContain("making one that no browser trusts");
    expect(existsSync(join(folder, "run/self-signed.pem"))).toBe(true);
  });

  it("starts with no process to be found", async () => {
    const { status } = await ask(`https://${env["EDGE_HTTPS_LISTEN"]}/api/tables`);
    expect(status).toBe(502);
  });

  it.each(readdirSync(TEMPLATES))("renders %s as the local cluster does", (template) => {
    const name = template.replace(".template", "");
    // What the script finds out by itself.
    const own = {
      EDGE_CERTIFICATE: join(folder, "run/self-signed.pem"),
      EDGE_CERTIFICATE_KEY: join(folder, "run/self-signed.key"),
      EDGE_LOAD_MODULES: /^load_module.*$/m.exec(rendered("nginx.conf"))?.[0] ?? "",
      EDGE_STATIC_ENCODINGS: /^brotli_static.*$/m.exec(rendered("files.conf"))?.[0] ?? "",
    };
    const text = readFileSync(join(TEMPLATES, template), "utf8");
    expect(rendered(name)).toBe(render(text, { ...edgeDefaults(), ...env, ...own }));
    expect(rendered(name)).not.toContain("${EDGE_");
  });

  it("refuses a setting that Nginx does not take, and ends", async () => {
    const wrong = { ...env, EDGE_RUN_DIR: join(folder, "wrong"), EDGE_WORKER_CONNECTIONS: "many" };
    const { code, stderr } = await runEntry(wrong).exited;
    expect(code).not.toBe(0);
    expect(stderr).toContain('invalid number "many"');
  });
});
