// SPDX-License-Identifier: MIT
// Two PO files a language: the pages of everybody, and those of ui/office. English is the source; the words agreed for the others are in glossary.md beside them.
import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

const folder = process.env["LINGUI_FOLDER"] ?? "src/i18n/locales";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "es", "fr", "nl"],
  catalogs: [
    { path: `${folder}/{locale}`, include: ["src"], exclude: ["**/*.test.*", "src/ui/office/**"] },
    { path: `${folder}/office/{locale}`, include: ["src/ui/office"], exclude: ["**/*.test.*"] },
  ],
  format: formatter({ lineNumbers: false }),
  orderBy: "message",
  runtimeConfigModule: { i18n: ["#i18n", "i18n"] },
});
