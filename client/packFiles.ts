import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(html|js|css|json|map|svg|txt|wasm|webmanifest)$/;
const LEAST_BYTES = 1_024;
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

const PACKERS = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, BROTLI),
  gz: (bytes: Buffer) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

/**
 * Writes each text file a second and third time, packed, as `<name>.br` and `<name>.gz`: a proxy sends
 * those without packing anything while people wait.
 */
export function packFiles(): Plugin {
  return {
    name: "pack-files",
    async writeBundle({ dir }, bundle) {
      if (dir === undefined) this.error("the build has no folder to write packed files into");
      const files = Object.values(bundle).map((file) => ({
        path: join(dir, file.fileName),
        bytes: Buffer.from(file.type === "chunk" ? file.code : file.source),
      }));
      const worthIt = files.filter(({ path, bytes }) => {
        return TEXT.test(path) && bytes.length >= LEAST_BYTES;
      });
      await Promise.all(worthIt.map(pack));
    },
  };
}

async function pack({ path, bytes }: { path: string; bytes: Buffer }): Promise<void> {
  for (const [ending, packer] of Object.entries(PACKERS)) {
    const packed = await packer(bytes);
    if (packed.length < bytes.length) await writeFile(`${path}.${ending}`, packed);
  }
}
