// SPDX-License-Identifier: MIT
// A whole class in Chromium: an instructor and two trainees, held, recorded and replayed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { checkFrames, checkSpeech, checkSync, collect, pause, watchMember, watchSource } from './lib/classroom.mjs';
import { Member } from './lib/member.mjs';
import { Server, until } from './lib/server.mjs';

let server;
let browsers;
let teacher;
let ana;
let ben;
let session;
let taken;

before(async () => {
  server = await new Server('class').start();
  browsers = await Promise.all([launchChromium(0), launchChromium(1)]);
  const links = await server.links();
  teacher = await new Member(await newPage(browsers[0])).signIn(links.instructor);
  ana = await new Member(await newPage(browsers[1])).signIn(links.trainee);
  ben = await new Member(await newPage(browsers[1])).signIn(server.secondTrainee());
});

after(async () => {
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  await server?.finish();
});

test('the instructor opens a class and two trainees enter it', async () => {
  session = (await teacher.newClass('How a packet finds its way')).id;
  await ana.openClass(session);
  await teacher.enter(session);
  await ana.page.getByRole('button', { name: 'Enter class' }).click();
  await ana.inClass();
  await ben.enter(session);
  for (const member of [teacher, ana, ben]) {
    await member.panel('People');
    for (const other of [teacher, ana, ben]) await member.person(other.me.id).waitFor();
  }
});

test('both trainees see the frames and hear the speech that the instructor sends', async (t) => {
  await teacher.turn('Camera', true);
  await teacher.turn('Microphone', true);
  await Promise.all([ana.sees(teacher.me.id), ben.sees(teacher.me.id)]);
  await watchSource(teacher);
  await Promise.all([watchMember(ana, teacher.me.id), watchMember(ben, teacher.me.id)]);
  taken = await collect(teacher, [ana, ben]);
  for (const [index, who] of ['Ana', 'Ben'].entries()) {
    checkFrames(t, who, taken.sent, taken.received[index], 0);
    await checkSpeech(t, who, taken.received[index], 0);
  }
});

test('sound and picture are within 100 ms of each other', (t) => {
  checkSync(t, 'Ana', taken.sent, taken.received[0]);
  checkSync(t, 'Ben', taken.sent, taken.received[1]);
});

test('the screen is shared on demand and ends on demand', async () => {
  await teacher.control('Share screen').click();
  const screen = ana.page.locator(ana.videoOf(teacher.me.id, 'screen'));
  await until('the screen to move at the trainee', async () => {
    const shown = await screen.evaluate((video) => ({ width: video.videoWidth, at: video.currentTime })).catch(() => null);
    return shown?.width >= 320 && shown.at > 1;
  });
  assert.ok((await screen.evaluate((video) => video.getBoundingClientRect().width)) > 600, 'the screen is the largest thing');
  await teacher.control('Share screen').click();
  await screen.waitFor({ state: 'detached' });
});

test('the chat goes both ways', async () => {
  await ana.say('Why does the second hop answer first?');
  await teacher.read('Why does the second hop answer first?');
  await teacher.say('Good question: look at the <b>time</b> to live.');
  await ben.read('Good question: look at the <b>time</b> to live.');
});

test('a raised hand is seen, with its place in the queue', async () => {
  await ana.turn('Raise hand', true);
  await ben.turn('Raise hand', true);
  await teacher.panel('People');
  await until('both hands in the list', async () => (
    /1/.test(await teacher.person(ana.me.id).innerText()) && /2/.test(await teacher.person(ben.me.id).innerText())));
  await ben.turn('Raise hand', false);
});

/** What a changed client could do: send on both sections and say so, without the floor. */
function sendAnyway(member) {
  return member.page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const peer = lecternProbe.held.peers.findLast(({ connectionState }) => connectionState === 'connected');
    const [mic, camera] = peer.getTransceivers();
    for (const [transceiver, track] of [[mic, stream.getAudioTracks()[0]], [camera, stream.getVideoTracks()[0]]]) {
      const { sender } = transceiver;
      await sender.replaceTrack(track);
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) encoding.active = true;
      await sender.setParameters(parameters);
    }
    const socket = lecternProbe.held.sockets.findLast(({ readyState }) => readyState === WebSocket.OPEN);
    socket.send(JSON.stringify({ type: 'media', id: 900001, mic: true, camera: true, screen: false }));
  });
}

test('a trainee without the floor is not forwarded, whatever their client sends', async (t) => {
  const heard = async (member) => (await member.stats('inbound-rtp', 'audio')).map(({ packetsReceived = 0 }) => packetsReceived);
  const before = await heard(teacher);
  await sendAnyway(ben);
  const sentBefore = await ben.total('outbound-rtp', 'video', 'packetsSent');
  await until('the changed client to send', async () => (await ben.total('outbound-rtp', 'video', 'packetsSent')) > sentBefore + 60);
  await until('the changed client to speak', async () => (await ben.total('outbound-rtp', 'audio', 'packetsSent')) > 100);
  t.diagnostic(`sent ${await ben.total('outbound-rtp', undefined, 'packetsSent')} packets`);
  for (const member of [teacher, ana]) {
    assert.equal(await member.page.locator(member.videoOf(ben.me.id)).count(), 0, `${member.name} was shown a picture`);
  }
  const after = await heard(teacher);
  const extra = after.reduce((sum, value, index) => sum + value - (before[index] ?? 0), 0);
  assert.ok(extra < 10, `the instructor was sent ${extra} packets of sound`);
  await ben.page.reload();
  await ben.inClass();
});

test('a trainee who is given the floor is seen and heard by all', async (t) => {
  await teacher.actOn(ana.name, 'Let speak');
  await teacher.actOn(ana.name, 'Let show camera');
  await ana.turn('Camera', true);
  await ana.turn('Microphone', true);
  await until('the hand to be down', async () => !(await ana.isOn('Raise hand')));
  await Promise.all([teacher.sees(ana.me.id), ben.sees(ana.me.id)]);
  await teacher.turn('Microphone', false);
  await watchSource(ana);
  await watchMember(teacher, ana.me.id, 1);
  const { sent, received } = await collect(ana, [teacher], 2);
  checkFrames(t, 'the instructor', sent, received[0], 1);
  await checkSpeech(t, 'the instructor', received[0], 1);
  checkSync(t, 'the instructor', sent, received[0]);
  await teacher.turn('Microphone', true);
});

test('a host mutes a trainee at once', async () => {
  await teacher.actOn(ana.name, 'Mute');
  await until('the microphone to go off', async () => !(await ana.isOn('Microphone')));
});

test('who leaves is gone from the list', async () => {
  await ben.control('Leave').click();
  await ben.page.getByRole('dialog', { name: 'Leave the class?' }).getByRole('button', { name: 'Leave', exact: true }).click();
  await teacher.panel('People');
  await teacher.person(ben.me.id).waitFor({ state: 'detached' });
});

test('the host ends the class for all, and the replay is ready within two seconds', async (t) => {
  await teacher.control('Leave').click();
  await teacher.page.getByRole('dialog', { name: 'Leave the class?' }).getByRole('button', { name: 'End for all' }).click();
  const began = Date.now();
  const recording = await until('the recording to be ready', async () => {
    const { recordings } = await ana.api('GET', 'recordings');
    return recordings.find((entry) => entry.session.id === session && entry.state === 'ready');
  }, 5000, 20);
  t.diagnostic(`ready ${Date.now() - began} ms after the end`);
  assert.ok(Date.now() - began < 2000);
  assert.ok(recording.duration_ms > 10000, `only ${recording.duration_ms} ms were recorded`);
  for (const member of [teacher, ana]) {
    await member.page.getByRole('heading', { name: 'The class has ended' }).waitFor();
    await member.page.getByRole('link', { name: 'Watch the recording' }).waitFor();
  }
});
