// SPDX-License-Identifier: MIT
// Fails when a page costs a weak link more than its budget. Counts what the browser fetches, as gzip sends it:
// the page, its scripts and styles, and the largest language.
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const KB = 1024;
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, "utf8"));
const CLASSROOM = "src/ui/classroom/index.tsx";

function gzipSize(file) {
  return statSync(`${dist}${file}.gz`).size;
}

/** The chunks that come with `key`; with `lazily`, also those that it fetches later. */
function reach(key, lazily, found = new Set()) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in the build`);
  if (found.has(key)) return found;
  found.add(key);
  for (const next of chunk.imports ?? []) reach(next, lazily, found);
  if (lazily) for (const next of chunk.dynamicImports ?? []) reach(next, lazily, found);
  return found;
}

function sum(keys) {
  const files = new Set();
  for (const key of keys) {
    files.add(manifest[key].file);
    for (const css of manifest[key].css ?? []) files.add(css);
  }
  return [...files].reduce((total, file) => total + gzipSize(file), gzipSize("index.html"));
}

const isLanguage = (key) => key.endsWith(".po");
const languages = Object.keys(manifest).filter((key) => /locales\/[a-z]{2}\.po$/.test(key));
const largest = languages.reduce((a, b) => (gzipSize(manifest[a].file) > gzipSize(manifest[b].file) ? a : b));
const shell = [...reach("index.html", false), largest];
const preJoin = (manifest[CLASSROOM].dynamicImports ?? []).filter((key) => /prejoin/i.test(key));
const join = new Set([...shell, ...[CLASSROOM, ...preJoin].flatMap((key) => [...reach(key, false)])]);
// The other pages hang on the shell, which the classroom imports: they are not of the room.
const room = new Set([...join, ...reach(CLASSROOM, true, new Set(shell))].filter((key) => !isLanguage(key) || key === largest));
const page = (key) => new Set([...shell, ...reach(key, false)]);

const budgets = [
  ["home", page("src/ui/pages/Home.tsx"), 45],
  ["pre-join", join, 45],
  ["classroom", room, 90],
  ["replay", page("src/ui/pages/Replay.tsx"), 45],
];
let over = false;
for (const [name, keys, limit] of budgets) {
  const size = sum(keys) / KB;
  const fits = size <= limit;
  over ||= !fits;
  console.log(`${fits ? "ok  " : "OVER"} ${name.padEnd(10)} ${size.toFixed(1).padStart(6)} KB of ${limit} KB gzip`);
}
process.exit(over ? 1 : 0);
