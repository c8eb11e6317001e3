// SPDX-License-Identifier: MIT
// A trainee in Firefox, in a class whose instructor has Chromium.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, launchFirefox, newPage } from './lib/browser.mjs';
import { checkFrames, pause } from './lib/classroom.mjs';
import { Fox } from './lib/firefox.mjs';
import { speechMatch } from './lib/measure.mjs';
import { envelopeOf, makeMedia } from './lib/media.mjs';
import { Member } from './lib/member.mjs';
import { paths } from './lib/paths.mjs';
import { Server, until } from './lib/server.mjs';

let server;
let chromium;
let firefox;
let teacher;
let page;
let fox;

before(async () => {
  server = await new Server('firefox').start();
  [chromium, firefox] = await Promise.all([launchChromium(0), launchFirefox()]);
  const links = await server.links();
  teacher = await new Member(await newPage(chromium)).signIn(links.instructor);
  const { id } = await teacher.newClass('From another browser');
  await teacher.enter(id);
  await teacher.turn('Camera', true);
  await teacher.turn('Microphone', true);

  fox = await new Fox().enter(firefox, server.origin, links.trainee, id);
  page = fox.page;
});

after(async () => {
  await Promise.all([chromium?.close(), firefox?.close()]);
  await server?.finish();
});

test('Firefox decodes the frames that Chromium sends', async (t) => {
  await teacher.watch('self', 'video[data-self]');
  const picture = await fox.sees(teacher.videoOf(teacher.me.id), 100);
  checkFrames(t, 'Firefox', { picture: await teacher.probe('self') }, { picture }, 0);
});

test('Firefox hears the speech', async (t) => {
  // Without a sound card its AudioContext stays suspended: the energy that its receiver counts is read instead.
  const step = 0.2;
  const heard = [];
  let last = null;
  for (let next = Date.now(); heard.length < 90; next += step * 1000) {
    await pause(Math.max(0, next - Date.now()));
    const tracks = await page.evaluate(() => lecternProbe.stats('inbound-rtp', 'audio'));
    const energy = tracks.reduce((sum, { totalAudioEnergy = 0 }) => sum + totalAudioEnergy, 0);
    if (last !== null) heard.push(Math.sqrt(Math.max(0, energy - last)));
    last = energy;
  }
  const { audio } = await makeMedia(0);
  const { match } = speechMatch(heard, envelopeOf(audio, step));
  t.diagnostic(`speech matches by ${match.toFixed(3)}`);
  assert.ok(match > 0.6, `what Firefox heard matches only by ${match.toFixed(3)}`);
});

test('Firefox, which knows no RED, gets the sound without the copies that Chromium sends', async (t) => {
  const [[sent], [received]] = await Promise.all([
    teacher.stats('outbound-rtp', 'audio'),
    page.evaluate(() => lecternProbe.stats('inbound-rtp', 'audio'))
      .then((streams) => streams.sort((a, b) => (b.packetsReceived ?? 0) - (a.packetsReceived ?? 0))),
  ]);
  const bytes = [sent.bytesSent / sent.packetsSent, received.bytesReceived / received.packetsReceived];
  t.diagnostic(`${bytes[0].toFixed(0)} bytes a packet sent, ${bytes[1].toFixed(0)} received`);
  assert.ok(bytes[0] / bytes[1] > 1.5, 'a packet holds another, or it does not');
});

test('Firefox is seen and heard when it is given the floor', async () => {
  await fox.press('Raise hand');
  await teacher.panel('People');
  await until('the hand', async () => /1/.test(await teacher.person(fox.me.id).innerText()));
  await teacher.actOn(fox.me.name, 'Let speak');
  await teacher.actOn(fox.me.name, 'Let show camera');
  await fox.press('Camera');
  await fox.press('Microphone');
  const video = teacher.page.locator(teacher.videoOf(fox.me.id));
  await until('the picture of Firefox to move', async () => {
    const shown = await video.evaluate((element) => ({ width: element.videoWidth, at: element.currentTime })).catch(() => null);
    return shown?.width > 0 && shown.at > 1;
  }, 30000);
  await until('the tone of Firefox', async () => (await teacher.total('inbound-rtp', 'audio', 'totalAudioEnergy')) > 0.001, 30000);
});

test('the chat reaches Firefox', async () => {
  await teacher.say('Good morning, Firefox.');
  await fox.press('Chat');
  await until('the line in Firefox', () => page.evaluate(() => document.body.textContent.includes('Good morning, Firefox.')));
  await page.screenshot({ path: `${paths.shots}/classroom-firefox.png` });
});
