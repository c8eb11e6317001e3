// SPDX-License-Identifier: MIT
// One PO file a language. English is the source; the words agreed for the others are in glossary.md beside them.
import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

const folder = process.env["LINGUI_FOLDER"] ?? "src/i18n/locales";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "es", "fr", "nl"],
  catalogs: [{ path: `${folder}/{locale}`, include: ["src"], exclude: ["**/*.test.*"] }],
  format: formatter({ lineNumbers: false }),
  orderBy: "message",
  runtimeConfigModule: { i18n: ["#i18n", "i18n"] },
});
