// SPDX-License-Identifier: MIT
// Fails when a word of the source is missing from a catalogue, is not translated, or is no longer used.
// Extracts into a copy, so that nothing of the working folder changes.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const kept = `${root}src/i18n/locales`;
const copy = "node_modules/.cache/catalogues";

/** Message to translation. Enough of PO for what Lingui writes: one msgid and one msgstr an entry. */
function readCatalogue(path) {
  const entries = new Map();
  for (const block of readFileSync(path, "utf8").split(/\n\n+/)) {
    const text = (field) => {
      const match = new RegExp(`^${field} ((?:"(?:[^"\\\\]|\\\\.)*"\\n?)+)`, "m").exec(block);
      return match ? [...match[1].matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((part) => part[1]).join("") : undefined;
    };
    const id = text("msgid");
    if (id && !/^#~/m.test(block)) entries.set((text("msgctxt") ?? "") + id, text("msgstr") ?? "");
  }
  return entries;
}

rmSync(root + copy, { recursive: true, force: true });
mkdirSync(root + copy, { recursive: true });
cpSync(kept, root + copy, { recursive: true });
execFileSync("npx", ["lingui", "extract", "--clean"], {
  cwd: root,
  env: { ...process.env, LINGUI_FOLDER: copy },
  stdio: ["ignore", "ignore", "inherit"],
});

let faults = 0;
const complain = (text) => {
  faults++;
  console.error(text);
};
const catalogues = readdirSync(kept, { recursive: true }).map(String).filter((name) => name.endsWith(".po"));
for (const name of catalogues) {
  const wanted = readCatalogue(`${root}${copy}/${name}`);
  const have = readCatalogue(`${kept}/${name}`);
  for (const id of wanted.keys()) {
    if (!have.has(id)) complain(`${name}: not extracted: ${id}`);
    else if (have.get(id) === "") complain(`${name}: not translated: ${id}`);
  }
  for (const id of have.keys()) if (!wanted.has(id)) complain(`${name}: no longer used: ${id}`);
}
if (faults > 0) {
  console.error(`${faults} faults. "npm run extract" brings the catalogues in line with the source; then translate.`);
  process.exit(1);
}
console.log(`${catalogues.length} catalogues complete`);
