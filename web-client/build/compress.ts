// SPDX-License-Identifier: MIT
// Writes .br and .gz beside every text asset once, at build, so that the server only has to choose one.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const WORTH_IT = /\.(html|js|css|svg|json|txt)$/;

export function compress(): Plugin {
  let folder = "";
  return {
    name: "lectern:compress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !WORTH_IT.test(entry.name) || entry.parentPath.endsWith(".vite")) continue;
        const path = join(entry.parentPath, entry.name);
        const data = await readFile(path);
        await writeFile(`${path}.gz`, await promisify(gzip)(data, { level: 9 }));
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(data, { params: quality }));
      }
    },
  };
}
