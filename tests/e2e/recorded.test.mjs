// SPDX-License-Identifier: MIT
// One lecture in every video codec: GStreamer teaches by WHIP in VP8, VP9 and H.264, then Chromium in AV1 and in
// VP9 with spatial layers. ffmpeg decodes what was recorded, and the replay page plays it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { gstreamer } from '../interop/lib/peer.mjs';
import { launchChromium, newPage } from './lib/browser.mjs';
import { Member } from './lib/member.mjs';
import { paths } from './lib/paths.mjs';
import { readRecording } from './lib/recording.mjs';
import { Replay } from './lib/replay.mjs';
import { Server, until } from './lib/server.mjs';

const TITLE = 'In every codec';
const SECONDS = 5;
const GSTREAMER = ['VP8', 'VP9', 'H264'];

let server;
let elsewhere;
let browser;
let coordinator;
let room;
let foreign;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

before(async () => {
  server = await new Server('recorded').start();
  elsewhere = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(readFileSync(join(paths.here, 'pages/whip.html')));
  });
  await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium(0);
  coordinator = await new Member(await newPage(browser)).signIn((await server.links()).coordinator);
  room = JSON.parse(execFileSync(join(paths.build, 'src/ctl/lecternctl'), ['room', '--json', '--title', TITLE, '--data', server.data,
    '--url', server.origin], { encoding: 'utf8' }));
  await coordinator.enter(room.room);
  foreign = await newPage(browser);
  await foreign.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
});

after(async () => {
  await browser?.close();
  elsewhere?.close();
  await server?.finish();
});

for (const codec of GSTREAMER) {
  test(`GStreamer teaches in ${codec}`, async () => {
    const peer = gstreamer();
    await peer.start('publish', room.whip, room.whip_token, codec);
    await until(`${codec} to be connected`, async () => (await peer.count()).state === 'connected', 20000);
    await sleep(SECONDS * 1000);
    assert.ok(await peer.stop());
  });
}

for (const [codec, mode] of [['AV1'], ['VP9', 'L2T1']]) {
  test(`Chromium teaches in ${codec} ${mode ?? ''}`, async (t) => {
    await foreign.evaluate((args) => window.begin(...args), ['source', 'publish', room.whip, room.whip_token, codec, mode]);
    await until('pictures to be sent', () => foreign.evaluate(async () => (await window.look('source')).sent > 60), 40000, 250);
    t.diagnostic(JSON.stringify(await foreign.evaluate(() => window.look('source'))));
    assert.equal(await foreign.evaluate(() => window.end('source')), 200);
  });
}

let recording;
let id;
let cameras;

test('all of it is recorded, each in the codec it was sent in', async (t) => {
  // Events, not the mouse: that would wait for a page to hold still which is busy decoding five cameras.
  await coordinator.control('Leave').dispatchEvent('click');
  await coordinator.page.getByRole('dialog').getByRole('button', { name: 'End for all' }).dispatchEvent('click');
  ({ id } = await until('the recording', async () => (await coordinator.api('GET', 'recordings')).recordings
    .find(({ session, state }) => session.title === TITLE && state === 'ready'), 20000, 250));
  recording = readRecording(server.data);
  cameras = recording.manifest.clips.filter(({ kind, role }) => kind === 'camera' && role === 'instructor');
  t.diagnostic(JSON.stringify(cameras.map(({ codec, file, duration_ms, width, height }) => ({ codec, file, duration_ms, width, height }))));
  assert.deepEqual([...new Set(cameras.map(({ codec }) => codec))], ['vp8', 'vp9', 'h264', 'av1']);
  for (const { codec, file } of cameras) assert.equal(file.endsWith('.mp4'), codec === 'h264');
});

const probe = (file, entries) => execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-count_packets', ...entries,
  '-of', 'csv=p=0', file], { encoding: 'utf8' }).trim().split('\n');

test('ffmpeg decodes every picture of it', async (t) => {
  for (const clip of cameras) {
    const file = join(recording.folder, clip.file);
    const packets = Number(probe(file, ['-show_entries', 'stream=nb_read_packets'])[0]);
    const times = probe(file, ['-show_entries', 'packet=pts_time']).map(parseFloat);
    // libvpx: a superframe is one picture, of its highest layer.
    const decoder = clip.codec === 'vp9' ? ['-c:v', 'libvpx-vp9'] : [];
    const frames = execFileSync('ffmpeg', ['-v', 'error', '-xerror', ...decoder, '-i', file, '-f', 'framehash', '-fps_mode', 'passthrough', '-'],
      { encoding: 'utf8' }).split('\n').filter((line) => /^\d/.test(line)).length;
    t.diagnostic(`${clip.file} ${clip.codec}: ${packets} packets, ${frames} pictures, ${clip.duration_ms} ms`);
    assert.equal(frames, packets);
    // GStreamer sent thirty a second, evenly: not one is missing.
    if (cameras.indexOf(clip) < GSTREAMER.length) assert.ok(Math.abs(frames - clip.duration_ms * 30 / 1000) < 2);
    assert.ok(times.slice(1).every((time, i) => time > times[i]), 'times rise');
  }
});

/** What a clip's element shows while it plays; null: it does not yet. Runs in the page. */
function look(file) {
  const video = [...document.querySelectorAll('video')].find(({ src }) => src.endsWith(file));
  if (!video || video.paused || video.seeking) return null;
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  return frames > 3 ? { frames, width: video.videoWidth, at: video.currentTime, duration: video.duration } : null;
}

test('the replay page plays and seeks each of them', async (t) => {
  const { page } = coordinator;
  const replay = await new Replay(coordinator).open(id);
  await replay.play();
  for (const clip of cameras.filter(({ duration_ms }) => duration_ms > 2500)) {
    for (const at of [clip.start_ms + 600, clip.start_ms + clip.duration_ms / 2]) {
      let from = Infinity; // a busy machine may be late for it: then once more
      const seen = await until(`${clip.codec} to play`, async () => {
        const position = await replay.position();
        if (position < at - 1000 || position > Math.min(from + 10000, clip.start_ms + clip.duration_ms - 300)) {
          await replay.seek(at);
          from = at;
        }
        if (await replay.bar('Play').count()) await replay.bar('Play').dispatchEvent('click');
        return page.evaluate(`(${look})(${JSON.stringify(clip.file)})`);
      }, 40000, 200);
      t.diagnostic(`${clip.file} ${clip.codec}: ${JSON.stringify(seen)}`);
      assert.ok(Math.abs(seen.duration * 1000 - clip.duration_ms) < 700, 'the file says how long it is');
      // Chromium sends smaller pictures when the machine is busy; GStreamer does not.
      if (cameras.indexOf(clip) < GSTREAMER.length) assert.equal(seen.width, clip.width);
      else assert.ok(seen.width > 0 && seen.width <= clip.width);
    }
  }
});
