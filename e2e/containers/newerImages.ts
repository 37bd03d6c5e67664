/** Images of a newer version, and whoever still runs an older one. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MIGRATIONS_FOLDER, writeNewerMigrations } from "../src/testing/newerMigrations.ts";
import { docker } from "./engine.ts";
import type { Stack } from "./stack.ts";

/** What has an image of the house's own. */
export const OWN = ["server", "nginx", "backup"];

/** Makes another image under the same name, as a new version would be, with more migrations. */
export async function renewWithMigrations(image: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "croupier-newer-"));
  try {
    writeNewerMigrations(folder);
    // Readable for whomever the server runs as.
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
    await renew(image, { from: `${folder}/.`, to: `/app/${MIGRATIONS_FOLDER}` });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes another image of the same content, and what is copied, under the same name. */
export async function renew(
  image: string,
  copied?: { readonly from: string; readonly to: string },
): Promise<void> {
  const container = await docker("create", image);
  if (copied !== undefined) await docker("cp", copied.from, `${container}:${copied.to}`);
  await docker("commit", "--change", `LABEL made=${Date.now()}`, container, image);
  // With the volume that its base declares.
  await docker("rm", "--volumes", container);
}

/** Containers of the house's own services that run another image than that of now. */
export async function outdated(stack: Stack): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const service of OWN) {
    const image = await docker("image", "inspect", "--format", "{{.Id}}", stack.image(service));
    for (const container of await stack.containers(service)) {
      const runs = await docker("inspect", "--format", "{{.Image}}", container);
      if (runs !== image) faults.push(`${service} runs ${runs}, and not ${image}`);
    }
  }
  return faults;
}
