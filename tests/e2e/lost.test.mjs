// SPDX-License-Identifier: MIT
// A member who loses the WebSocket, or reloads the page, is back where they were.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { pause } from './lib/classroom.mjs';
import { RATE } from './lib/frame-code.mjs';
import { progress } from './lib/measure.mjs';
import { Member } from './lib/member.mjs';
import { startProxy } from './lib/proxy.mjs';
import { Server, until } from './lib/server.mjs';

let server;
let proxy;
let browsers;
let teacher;
let ana;

before(async () => {
  server = await new Server('lost').start();
  proxy = await startProxy(server.port);
  browsers = await Promise.all([launchChromium(0), launchChromium(1)]);
  const links = await server.links();
  teacher = await new Member(await newPage(browsers[0])).signIn(links.instructor);
  ana = await new Member(await newPage(browsers[1])).signIn(links.trainee, `http://localhost:${proxy.port}`);
  const { id } = await teacher.newClass('Lost and found');
  await teacher.enter(id);
  await teacher.turn('Camera', true);
  await ana.enter(id);
  await teacher.actOn(ana.name, 'Let speak');
  await teacher.actOn(ana.name, 'Let show camera');
  await ana.turn('Camera', true);
  await ana.turn('Raise hand', true);
  await Promise.all([ana.sees(teacher.me.id), teacher.sees(ana.me.id)]);
});

after(async () => {
  for (const [index, member] of [teacher, ana].entries()) await member?.keep(`lost-member${index}`);
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  proxy?.close();
  await server?.finish();
});

/** Hand, floor and place in the list are as they were, at both ends. */
async function checkPlace() {
  assert.equal(await ana.isOn('Raise hand'), true, 'the hand is down');
  assert.notEqual(await ana.control('Microphone').getAttribute('aria-disabled'), 'true', 'the floor is lost');
  await teacher.panel('People');
  assert.equal(await teacher.page.locator('[data-person]').count(), 2, 'somebody is twice in the list');
  assert.match(await teacher.person(ana.me.id).innerText(), /1/);
}

async function checkMedia() {
  await Promise.all([ana.sees(teacher.me.id), teacher.sees(ana.me.id)]);
}

test('media goes on while the WebSocket is cut for five seconds, and the place is kept', async (t) => {
  const peers = await ana.page.evaluate(() => lecternProbe.held.peers.length);
  await ana.watch('picture', ana.videoOf(teacher.me.id));
  await teacher.watch('picture', teacher.videoOf(ana.me.id));
  proxy.cut();
  await ana.page.locator('[data-phase="reconnecting"]').waitFor();
  await Promise.all([ana.clear('picture'), teacher.clear('picture')]);
  await pause(5000); // the length of the outage itself
  for (const member of [ana, teacher]) {
    const { count, steps } = progress((await member.probe('picture')).samples);
    t.diagnostic(`${member.name} saw ${count} frames over ${steps} numbers meanwhile`);
    assert.ok(count > 2 * RATE && steps > 4 * RATE, `${member.name} saw ${count} frames over ${steps} numbers`);
  }
  proxy.restore();
  await ana.inClass();
  await checkPlace();
  assert.equal(await ana.page.evaluate(() => lecternProbe.held.peers.length), peers, 'the peer connection was made anew');
  await teacher.say('Welcome back.');
  await ana.read('Welcome back.');
  await checkMedia();
});

test('what was said meanwhile is not missed when the wire goes silent without a word', async () => {
  proxy.silence();
  await teacher.say('Said into the silence.');
  await pause(5000); // the length of the outage itself
  proxy.restore();
  await ana.page.locator('[data-phase="in"]').waitFor({ timeout: 30000 });
  await ana.page.getByText('Said into the silence.').waitFor({ timeout: 30000 });
  await ana.say('I hear you again.');
  await teacher.read('I hear you again.');
  await checkPlace();
  await checkMedia();
});

test('after a reload the member is back in class with hand, floor and camera', async () => {
  await ana.page.reload();
  await ana.inClass();
  await checkPlace();
  await until('the camera to be on again', () => ana.isOn('Camera'));
  await checkMedia();
});

test('after a reload of the instructor, the trainee sees them again', async () => {
  await teacher.page.reload();
  await teacher.inClass();
  await until('the camera to be on again', () => teacher.isOn('Camera'));
  await checkMedia();
  await checkPlace();
});
