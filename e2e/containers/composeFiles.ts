/** The Compose files, as their rules look at them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repository } from "../src/testing/processes.ts";

export interface Service {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly cpus?: number | string;
  readonly environment?: Readonly<Record<string, unknown>> | readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly labels?: Readonly<Record<string, string>>;
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
  readonly mem_limit?: string;
  readonly networks?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly pids_limit?: number;
  readonly ports?: readonly string[];
  readonly privileged?: boolean;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly restart?: string;
  readonly scale?: number | string;
  readonly secrets?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes?: Readonly<Record<string, { readonly name?: string } | null>>;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export function readDockerFile(name: string): string {
  return readFileSync(join(repository, "docker", name), "utf8");
}

export function readCompose(name: string): ComposeFile {
  return parse(readDockerFile(name), { merge: true }) as ComposeFile;
}

/** Its services, to be looked at one by one. */
export function servicesOf({ services }: ComposeFile): readonly (readonly [string, Service])[] {
  return Object.entries(services);
}

/** What a service is given, by name; one that is passed on where it is set has no value of its own. */
export function environmentOf({ environment = {} }: Service): ReadonlyMap<string, string> {
  const entries = Array.isArray(environment)
    ? environment.map((entry: string) => entry.split(/=(.*)/s))
    : Object.entries(environment);
  return new Map(entries.map(([name = "", value]) => [name, String(value ?? "")]));
}

export function networksOf({ networks = [] }: Service): readonly string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

/** With every variable at its default. */
export function withDefaults(text: string): string {
  return text.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, "$1");
}
