/**
 * A headless Chromium from npm, for any Linux x64 without a browser: the binary, the system
 * libraries that a bare machine lacks, software WebGL and a font are all in `@sparticuz/chromium`.
 *
 * What that package unpacks goes to the temporary folder, under fixed names and not at once, so two
 * test runs would meet half a browser. Here it is unpacked aside and then moved into place.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import chromiumPackage, { inflate } from "@sparticuz/chromium";
import type { Browser } from "playwright";
import { chromium } from "playwright";
import { repository } from "./processes.ts";

/** Without a sandbox, which root cannot have; with WebGL in software. */
const ARGUMENTS = [
  "--no-sandbox",
  "--no-zygote",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--font-render-hinting=none",
  "--mute-audio",
];

const MISSING_LIBRARY = /error while loading shared libraries/;

/** Starts the browser; whoever starts it closes it. */
export async function launchBrowser(): Promise<Browser> {
  const home = await unpacked();
  const options = { executablePath: join(home, "chromium"), args: ARGUMENTS };
  const env = { ...process.env, FONTCONFIG_FILE: join(home, "fonts.conf") } as Record<
    string,
    string
  >;
  try {
    return await chromium.launch({ ...options, env });
  } catch (error) {
    if (!MISSING_LIBRARY.test(String(error))) throw error;
    const libraries = join(home, "al2023", "lib");
    return await chromium.launch({ ...options, env: { ...env, LD_LIBRARY_PATH: libraries } });
  }
}

/** The folder with the unpacked browser, one for each version of the package. */
async function unpacked(): Promise<string> {
  const manifest = findPackageJSON("@sparticuz/chromium", import.meta.url);
  if (manifest === undefined) throw new Error("@sparticuz/chromium is not installed");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const cache = join(repository, "node_modules", ".cache");
  const home = join(cache, `chromium-${version}`);
  if (existsSync(home)) return home;
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(join(cache, "chromium-"));
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = aside;
  try {
    await chromiumPackage.executablePath();
    await inflate(join(dirname(manifest), "bin", "al2023.tar.br"));
  } finally {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  }
  writeFileSync(join(aside, "fonts.conf"), fontConfiguration(home));
  settle(aside, home);
  return home;
}

/** Moves a finished folder into its place, unless another test run was first. */
function settle(aside: string, home: string): void {
  try {
    renameSync(aside, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
    rmSync(aside, { recursive: true, force: true });
  }
}

/** The system's fonts where there are any, and the one of the package. */
function fontConfiguration(home: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(home, "fonts")}</dir>
  <cachedir>${join(home, "fonts-cache")}</cachedir>
</fontconfig>
`;
}
