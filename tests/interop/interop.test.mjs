// SPDX-License-Identifier: MIT
// Five independent WebRTC stacks, each publishing to a room by WHIP, and all five watching it by WHEP
// through the server: Chromium, Firefox, GStreamer, Pion and aiortc.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launchChromium, launchFirefox, newPage } from '../e2e/lib/browser.mjs';
import { paths } from '../e2e/lib/paths.mjs';
import { Server, until } from '../e2e/lib/server.mjs';
import { makeStacks } from './lib/peer.mjs';

const NAMES = ['Chromium', 'Firefox', 'GStreamer', 'Pion', 'aiortc'];
const ENOUGH = { video: 20, audio: 20 };
const LIMIT_MS = 40000;

let server;
let chromium;
let firefox;
let stacks;

function newRoom(title) {
  const text = execFileSync(join(paths.build, 'src/ctl/lecternctl'), ['room', '--json', '--title', title, '--data', server.data,
    '--config', server.config, '--url', server.origin, '--record', 'never'], { encoding: 'utf8', cwd: paths.root });
  return JSON.parse(text);
}

before(async () => {
  server = await new Server('interop').start();
  [chromium, firefox] = await Promise.all([launchChromium(0), launchFirefox()]);
  stacks = makeStacks({ chromium: () => newPage(chromium), firefox: () => firefox.newPage() });
});

after(async () => {
  await Promise.all([chromium?.close(), firefox?.close()]);
  await server?.finish();
});

/** Waits until `peer` has seen enough; what it saw is in the error otherwise. */
async function seesEnough(peer) {
  let seen = {};
  try {
    return await until('picture and sound', async () => {
      seen = await peer.count();
      return seen.video >= ENOUGH.video && seen.audio >= ENOUGH.audio && seen;
    }, LIMIT_MS, 250);
  } catch (error) {
    throw new Error(`${error.message}; seen: ${JSON.stringify(seen)}`);
  }
}

/** `from` publishes `codec`, and each of `names` watches; a watcher of GStreamer takes this codec only. */
function publishes(from, codec, names) {
  test(`${from} publishes ${codec}`, async (t) => {
    const room = newRoom(`${codec} from ${from}`);
    const publisher = stacks[from]();
    const watchers = names.map((name) => stacks[name]());
    try {
      await publisher.start('publish', room.whip, room.whip_token, codec);
      await until(`${from} to be connected`, async () => (await publisher.count()).state === 'connected', LIMIT_MS);
      await Promise.all(watchers.map((watcher) => watcher.start('watch', room.whep, room.whep_token, codec)));
      for (const watcher of watchers) {
        await t.test(`${watcher.name} sees and hears ${from}`, async (pair) => {
          const seen = await seesEnough(watcher);
          pair.diagnostic(JSON.stringify(seen));
          if (seen.width) assert.ok(seen.width / seen.height > 1.2, 'a picture of the right shape');
          if (seen.codec) assert.equal(seen.codec, `video/${codec}`);
        });
      }
    } finally {
      const ends = await Promise.all([publisher, ...watchers].map(async (peer) => [peer.name, await peer.stop()]));
      assert.deepEqual(ends.filter(([, deleted]) => !deleted), [], 'each ends its session by DELETE');
    }
  });
}

for (const from of NAMES) publishes(from, 'VP8', NAMES);
// Only those that decode it: Firefox downloads its H264 first, aiortc has no VP9, Pion decodes nothing.
publishes('GStreamer', 'H264', ['Chromium', 'GStreamer', 'aiortc']);
publishes('GStreamer', 'VP9', ['Chromium', 'Firefox', 'GStreamer']);
