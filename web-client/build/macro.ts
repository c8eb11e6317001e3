// SPDX-License-Identifier: MIT
// Expands the message macros (t, plural, msg) before anything else sees the source: Vite's own transformer
// knows no macros, and Babel is run only on the files that use them.
import { transformAsync } from "@babel/core";
import macro from "@lingui/babel-plugin-lingui-macro";
import type { Plugin } from "vite";

export function linguiMacro(): Plugin {
  let production = false;
  return {
    name: "lectern:macro",
    enforce: "pre",
    configResolved(config) {
      production = config.isProduction;
    },
    async transform(code, id) {
      const file = id.split("?")[0] ?? id;
      if (!/\.tsx?$/.test(file) || !code.includes("@lingui/core/macro")) return null;
      const result = await transformAsync(code, {
        filename: file,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: file.endsWith("x") ? ["typescript", "jsx"] : ["typescript"] },
        plugins: [[macro, { stripMessageField: production }]],
      });
      return result?.code ? { code: result.code, map: result.map ?? null } : null;
    },
  };
}
