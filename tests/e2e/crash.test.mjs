// SPDX-License-Identifier: MIT
// kill -9 in mid-class: of the server, and of the recorder. What was received is there, but for a second.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { RATE, frameDistance } from './lib/frame-code.mjs';
import { progress } from './lib/measure.mjs';
import { Member } from './lib/member.mjs';
import { allOf, readRecording } from './lib/recording.mjs';
import { Replay } from './lib/replay.mjs';
import { Server, until } from './lib/server.mjs';

let browsers;
let server;
let teacher;
let ana;
let session;

before(async () => {
  browsers = await Promise.all([launchChromium(0), launchChromium(1)]);
});

after(async () => {
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
});

/** A class that has been recorded for some seconds, which Ana watches. */
beforeEach(async () => {
  server = await new Server('crash').start();
  const links = await server.links();
  teacher = await new Member(await newPage(browsers[0])).signIn(links.instructor);
  ana = await new Member(await newPage(browsers[1])).signIn(links.trainee);
  session = (await teacher.newClass('Power cut')).id;
  await teacher.enter(session);
  await teacher.turn('Camera', true);
  await teacher.turn('Microphone', true);
  await ana.enter(session);
  await ana.watch('picture', ana.videoOf(teacher.me.id));
  await until('six seconds of class', async () => progress((await ana.probe('picture')).samples).steps > 6 * RATE, 40000, 200);
});

afterEach(async () => {
  for (const [index, member] of [teacher, ana].entries()) await member?.keep(`crash-member${index}`);
  await Promise.all([teacher, ana].map((member) => member?.close().catch(() => {})));
  await server?.finish();
});

const seconds = (frames) => `${(frames / RATE).toFixed(2)} s`;

test('kill -9 of the server: the recording seals itself and replays after a restart', async (t) => {
  await server.kill('SIGKILL');
  // Nothing is sent any more: the last frame seen is the last that was received, less a little delay.
  const last = await until('the picture to stop', async () => {
    const { samples } = await ana.probe('picture');
    return Date.now() - samples.at(-1).at > 700 && samples.at(-1);
  });
  await Promise.all([teacher.close(), ana.close()]);
  const recording = await until('the recording to seal itself', () => {
    const found = readRecording(server.data);
    return found?.manifest && found;
  }, 20000, 100);
  const camera = allOf(recording, teacher.me.id, 'camera');
  const lost = frameDistance(last.frame, camera.samples.at(-1).frame);
  t.diagnostic(`last frame seen ${last.frame}, recorded ${camera.samples.at(-1).frame}: ${seconds(lost)} lost`);
  assert.ok(lost <= RATE, `${seconds(lost)} of the picture is lost`);
  const mic = allOf(recording, teacher.me.id, 'mic');
  const apart = camera.samples.at(-1).at - mic.envelope.at(-1).at;
  assert.ok(apart < 1000, `the sound ends ${apart} ms before the picture`);

  await server.start();
  teacher = await new Member(await newPage(browsers[0])).signIn((await server.links()).instructor);
  ana = null;
  const entry = await until('the library to offer it', async () => {
    const { recordings } = await teacher.api('GET', 'recordings');
    return recordings.find(({ session: { id }, state }) => id === session && state === 'ready');
  }, 80000, 500); // the class has a minute to come back and go on
  const replay = await new Replay(teacher).open(entry.id);
  await replay.play();
  const seen = await teacher.sees(teacher.me.id);
  assert.equal(seen[0].camera, 0);
});

test('kill -9 of the recorder: the class is untouched and the recording goes on', async (t) => {
  const pid = server.recorderPid();
  await ana.clear('picture');
  process.kill(pid, 'SIGKILL');
  await until('another recorder', () => ![null, pid].includes(server.recorderPid()));
  await until('eight more seconds of class', async () => progress((await ana.probe('picture')).samples).steps > 8 * RATE, 40000, 200);
  const { samples } = await ana.probe('picture');
  const stall = Math.max(...samples.slice(1).map(({ at }, index) => at - samples[index].at));
  t.diagnostic(`longest time between two frames at the trainee: ${stall.toFixed(0)} ms`);
  assert.ok(stall < 1000, `the trainee's picture stood for ${stall} ms`);
  assert.equal(await ana.page.locator('[data-phase="in"]').count(), 1);

  await teacher.control('Leave').click();
  await teacher.page.getByRole('dialog').getByRole('button', { name: 'End for all' }).click();
  const recording = await until('the seal', () => {
    const found = readRecording(server.data);
    return found?.manifest && found;
  });
  const { clips, samples: recorded } = allOf(recording, teacher.me.id, 'camera');
  assert.ok(clips.length >= 2, 'the recording did not go on');
  const hole = Math.max(...recorded.slice(1).map(({ frame }, index) => frameDistance(frame, recorded[index].frame)));
  t.diagnostic(`largest hole in the recorded picture: ${seconds(hole)}`);
  assert.ok(hole <= RATE, `${seconds(hole)} of the picture is lost`);
  assert.ok(recorded.every(({ at }, index) => index === 0 || at >= recorded[index - 1].at), 'the clips overlap');
});
