// SPDX-License-Identifier: MIT
// Installs what the tests need, if it changed, and runs the test files one after another.
// With names given, those only: node run.mjs class firefox

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { paths } from './lib/paths.mjs';

/** The plain ones first: what fails there explains what fails later. */
const FILES = ['probes', 'startup', 'pages', 'academy', 'timetable', 'lobby', 'class', 'firefox', 'codecs', 'recorded', 'tcp', 'whip', 'lost', 'crash'];

const lock = join(paths.here, 'package-lock.json');
const installed = join(paths.here, 'node_modules/.installed');
if (!existsSync(installed) || !readFileSync(lock).equals(readFileSync(installed))) {
  execFileSync('npm', ['ci', '--silent', '--no-audit', '--no-fund'], { cwd: paths.here, stdio: 'inherit' });
  copyFileSync(lock, installed);
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : FILES;
let failed = 0;
for (const name of chosen) {
  console.log(`-- ${name}`);
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', join(paths.here, `${name}.test.mjs`)],
    { stdio: 'inherit', cwd: paths.here, timeout: 420000, killSignal: 'SIGTERM' });
  if (status !== 0) failed++;
}
process.exit(failed ? 1 : 0);
