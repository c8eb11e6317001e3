// SPDX-License-Identifier: MIT
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const build = resolve(root, process.env.LECTERN_BUILD ?? 'build');

export const paths = {
  root,
  build,
  lecternd: join(build, 'src/lecternd'),
  media: join(build, 'test-media'),
  output: join(build, 'test-output'),
  shots: join(build, 'test-output', 'screens'),
  here: join(root, 'tests/e2e'),
};
mkdirSync(paths.shots, { recursive: true });
