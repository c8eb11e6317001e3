// SPDX-License-Identifier: MIT
// The probes themselves, on a plain peer connection without the product: what they call good must be
// good, and what is 200 ms late must be seen to be late.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { FRAMES, BLOCKS, decodeLevels, encodeBlocks } from './lib/frame-code.mjs';
import { envelopeOf, makeMedia } from './lib/media.mjs';
import { frameDelays, median, pairBursts, progress, skews, speechMatch } from './lib/measure.mjs';
import { paths } from './lib/paths.mjs';

let server;
let browser;

before(async () => {
  server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(readFileSync(join(paths.here, 'pages/loopback.html')));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium(0);
});

after(async () => {
  await browser?.close();
  server.close();
});

test('every frame number can be read back, and a flipped block is seen', () => {
  for (let camera = 0; camera < 4; camera++) {
    for (let frame = 0; frame < FRAMES; frame++) {
      const levels = encodeBlocks(camera, frame).map((bit) => 30 + bit * 180);
      assert.deepEqual(decodeLevels(levels), { camera, frame });
    }
  }
  let wrong = 0;
  for (let block = 2; block < BLOCKS - 2; block++) {
    const levels = encodeBlocks(1, 345).map((bit, index) => 30 + (index === block ? 1 - bit : bit) * 180);
    if (decodeLevels(levels) !== null) wrong++;
  }
  assert.ok(wrong <= 2, `${wrong} of 16 flips were taken for another frame`);
  assert.equal(decodeLevels(new Array(BLOCKS).fill(128)), null);
});

async function measureLoopback(delay) {
  const page = await newPage(browser);
  await page.goto(`http://127.0.0.1:${server.address().port}/?delay=${delay}`);
  await page.waitForFunction(() => document.querySelector('#far').videoWidth > 0);
  await page.evaluate(async () => {
    lecternProbe.video('self', '#self');
    lecternProbe.video('far', '#far');
    await lecternProbe.audio('mic', '#self');
    await lecternProbe.audio('sound', '#far');
  });
  await page.waitForTimeout(1000);
  await page.evaluate(() => lecternProbe.clear('sound'));
  await page.waitForFunction(() => lecternProbe.read('sound').bursts.length >= 2, null, { timeout: 25000 });
  await page.waitForTimeout(800);
  const [self, far, mic, sound] = await page.evaluate(() => ['self', 'far', 'mic', 'sound'].map((name) => lecternProbe.read(name)));
  await page.context().close();
  return { self, far, mic, sound };
}

test('a plain peer connection is in step, frames and speech come through', async (t) => {
  const { audio } = await makeMedia(0);
  const { self, far, mic, sound } = await measureLoopback(0);
  const seen = progress(far.samples);
  t.diagnostic(`frames ${JSON.stringify(seen)}, unread ${far.unread}, delay ${median(frameDelays(self.samples, far.samples))} ms`);
  assert.ok(seen.count > 60 && seen.backward === 0 && far.unread < seen.count / 20, JSON.stringify(seen));
  assert.ok(far.samples.every(({ camera }) => camera === 0));
  const { match } = speechMatch(sound.envelope.map(({ rms }) => rms), envelopeOf(audio));
  t.diagnostic(`speech ${match.toFixed(3)}`);
  assert.ok(match > 0.7, `speech matches by ${match}`);
  const apart = skews(pairBursts(self.samples, mic.bursts), pairBursts(far.samples, sound.bursts));
  t.diagnostic(`skew ${apart.map((value) => value.toFixed(0))} ms`);
  assert.ok(apart.length > 0 && Math.abs(median(apart)) < 60, `skew ${apart}`);
});

test('sound that is held back by 200 ms is seen to be late', async (t) => {
  const { self, far, mic, sound } = await measureLoopback(200);
  const apart = skews(pairBursts(self.samples, mic.bursts), pairBursts(far.samples, sound.bursts));
  t.diagnostic(`skew ${apart.map((value) => value.toFixed(0))} ms`);
  assert.ok(apart.length > 0 && median(apart) > 150 && median(apart) < 330, `skew ${apart}`);
});

test('another speaker is not taken for this one', async () => {
  const [one, other] = [await makeMedia(0), await makeMedia(1)];
  const { match } = speechMatch(envelopeOf(one.audio).slice(0, 400), envelopeOf(other.audio));
  assert.ok(match < 0.6, `the two match by ${match}`);
});
