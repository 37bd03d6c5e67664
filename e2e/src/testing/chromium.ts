/**
 * The browser of the tests: the headless Chromium that the package `@sparticuz/chromium` carries
 * packed, with the libraries and fonts that it needs, so that a machine without any desktop
 * package runs it and every machine draws the same.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";
import type { Browser } from "playwright";
import { chromium } from "playwright";

const require = createRequire(import.meta.url);
const cache = fileURLToPath(new URL("../../../node_modules/.cache/croupier/", import.meta.url));

/** WebGL in software, and no sandbox, which root does not get; all else as browsers have it. */
const flags = [
  "--no-sandbox",
  "--ignore-gpu-blocklist",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--font-render-hinting=none",
];

const preferOpenSans = (family: string) =>
  `<alias><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`;

/** The unpacked fonts for text; those of the machine, if any, for signs that these do not have. */
const fontsConfiguration = (fonts: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${fonts}/cache</cachedir>
  ${["sans-serif", "system-ui"].map(preferOpenSans).join("\n  ")}
</fontconfig>
`;

/** Starts a browser; whoever starts it closes it. */
export async function launchChromium(): Promise<Browser> {
  const home = await unpack();
  // At each start: it holds a path, and the project's folder may have been moved.
  writeFileSync(join(home, "fonts/fonts.conf"), fontsConfiguration(join(home, "fonts")));
  return chromium.launch({
    executablePath: join(home, "chromium"),
    args: flags,
    headless: true,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(home, "al2023/lib"),
      FONTCONFIG_PATH: join(home, "fonts"),
    },
  });
}

/** Unpacks once per version, beside the final place and then moved: it is whole or not there. */
async function unpack(): Promise<string> {
  const folder = join(dirname(require.resolve("@sparticuz/chromium")), "..");
  const { version } = require(join(folder, "package.json")) as { version: string };
  const home = join(cache, `chromium-${version}`);
  if (existsSync(home)) return home;
  mkdirSync(cache, { recursive: true });
  const parts = mkdtempSync(join(cache, "unpacking-"));
  try {
    await inflateInto(parts, join(folder, "bin"));
    renameSync(parts, home);
  } catch (error) {
    rmSync(parts, { recursive: true, force: true });
    // Somebody else was quicker.
    if (!existsSync(home)) throw error;
  }
  return home;
}

/** The package unpacks into the folder for temporary files, which it asks for as it begins. */
async function inflateInto(target: string, archives: string): Promise<void> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = target;
  const names = ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"];
  const unpacking = names.map((name) => inflate(join(archives, name)));
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  await Promise.all(unpacking);
}
