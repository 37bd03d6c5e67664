import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root; every command runs there. */
export const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** What may be thrown away at any time and made again. */
export const cache = join(repository, "node_modules/.cache/croupier");
