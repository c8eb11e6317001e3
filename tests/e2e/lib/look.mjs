// SPDX-License-Identifier: MIT
// Looks at a page as it is now: a picture of it on a laptop and on a phone, and what axe finds.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { paths } from './paths.mjs';

export const SIZES = { laptop: { width: 1366, height: 768 }, phone: { width: 390, height: 844 } };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function faults(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((tags) => axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), RULES);
  return violations.map(({ id, impact, nodes }) => (
    `${id} (${impact}): ${nodes.slice(0, 3).map(({ html, any, all }) => `${html.slice(0, 160)} ${[...any, ...all][0]?.message ?? ''}`).join(' | ')}`));
}

const found = [];

/** Keeps screens/<name>-<size>.png, and what is wrong with the page in any size for nothingWrong(). */
export async function look(page, name) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.evaluate(() => Promise.all(document.getAnimations()
      .filter(({ effect }) => effect?.getTiming().iterations !== Infinity).map(({ finished }) => finished.catch(() => {}))));
    await page.screenshot({ path: join(paths.shots, `${name}-${size}.png`) });
    for (const fault of await faults(page)) found.push(`${name} ${size}: ${fault}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) found.push(`${name} ${size}: the page is ${over} px wider than the window`);
  }
  await page.setViewportSize(SIZES.laptop);
}

/** At the end of a test, so that one fault does not hide the next page. */
export function nothingWrong() {
  const all = found.splice(0);
  assert.ok(all.length === 0, all.join('\n'));
}

/** What went wrong in the page that a person would not see. */
export function quiet(page) {
  const bad = page.log.filter((line) => /^(error|uncaught)|Content.Security.Policy/i.test(line));
  assert.deepEqual(bad, [], bad.join('\n'));
}
