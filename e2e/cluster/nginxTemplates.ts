/** The edge's own templates and defaults, rendered as its container renders them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../src/testing/processes.ts";

const EDGE = join(repository, "nginx");
const ENDING = ".template";

/** Every setting of the edge that has a default, by its name `EDGE_…`. */
export function edgeDefaults(): Readonly<Record<string, string>> {
  const lines = readFileSync(join(EDGE, "defaults.env"), "utf8").split("\n");
  const settings = lines.flatMap((line) => {
    const [, name, value] = /^(EDGE_[A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(settings);
}

/**
 * Replaces each `${EDGE_…}`; Nginx's own `$variables` stay.
 *
 * @throws Error where a name has no value
 */
export function render(template: string, settings: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\$\{(EDGE_[A-Z_]+)\}/g, (_whole, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new Error(`the edge's templates want ${name}`);
    return value;
  });
}

/** Renders all templates into `folder`; `nginx.conf` is the one to start with. */
export function renderEdge(folder: string, settings: Readonly<Record<string, string>>): void {
  const templates = join(EDGE, "templates");
  for (const name of readdirSync(templates).filter((file) => file.endsWith(ENDING))) {
    const template = readFileSync(join(templates, name), "utf8");
    writeFileSync(join(folder, name.slice(0, -ENDING.length)), render(template, settings));
  }
}
