// SPDX-License-Identifier: MIT
import { lingui } from "@lingui/vite-plugin";
import { defineConfig } from "vitest/config";
import { compress } from "./build/compress.ts";
import { icons } from "./build/icons.ts";
import { linguiMacro } from "./build/macro.ts";

// During development the pages come from Vite and everything else from a running lecternd.
const server = process.env["LECTERN_URL"] ?? "http://localhost:8080";

export default defineConfig({
  plugins: [linguiMacro(), icons(), lingui(), compress()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: ["chrome111", "firefox114", "safari16.4"],
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: address
    modulePreload: { polyfill: false },
    manifest: true, // read by scripts/size.mjs
    sourcemap: false,
  },
  server: {
    proxy: {
      "^/(signin/|healthz|api/)": server,
      "^/u/[0-9]+/(api|media)/": server,
      "^/u/[0-9]+/ws": { target: server, ws: true },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "node",
    restoreMocks: true,
  },
});
