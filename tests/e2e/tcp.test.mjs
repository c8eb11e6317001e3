// SPDX-License-Identifier: MIT
// Members whose network lets through only a part of what the server offers: no UDP, or no IPv4. The page keeps
// of the answer's candidates those that would get through, so that the browser has no other way.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, launchFirefox, newPage } from './lib/browser.mjs';
import { Fox } from './lib/firefox.mjs';
import { Member } from './lib/member.mjs';
import { Server } from './lib/server.mjs';

const TCP4 = / tcp \d+ [\d.]+ \d+ typ host tcptype passive$/;
const UDP6 = / udp \d+ [\da-f:]+ \d+ typ host$/;

/** A script for a page: of a remote description only these candidates are taken. */
const only = (candidates) => `{
  const set = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
    const lines = sdp.split('\\r\\n');
    const isCandidate = (line) => line.startsWith('a=candidate:');
    return set.call(this, { type, sdp: lines.filter((line) => !isCandidate(line) || ${candidates}.test(line)).join('\\r\\n') });
  };
}`;

/** Over what the page's connection goes. */
const way = (page) => page.evaluate(async () => {
  const stats = [...(await lecternProbe.held.peers.at(-1).getStats()).values()];
  const chosen = stats.find(({ type }) => type === 'transport')?.selectedCandidatePairId;
  const pair = stats.find(({ id }) => id === chosen)
    ?? stats.find(({ type, selected }) => type === 'candidate-pair' && selected); // Firefox
  const [near, far] = ['local', 'remote'].map((side) => stats.find(({ id }) => id === pair?.[`${side}CandidateId`]));
  return pair && { protocol: near?.protocol, tcpType: near?.tcpType, address: far?.address ?? far?.ip };
});

let server;
let browsers;
let teacher;
let ana;
let session;

async function arrive(browser, link, candidates) {
  const page = await newPage(browser);
  await page.addInitScript({ content: only(candidates) });
  return new Member(page).signIn(link);
}

before(async () => {
  server = await new Server('tcp').start();
  browsers = await Promise.all([launchChromium(0), launchChromium(1)]);
  const links = await server.links();
  teacher = await arrive(browsers[0], links.instructor, TCP4);
  ana = await arrive(browsers[1], server.secondTrainee(), UDP6);
  session = await teacher.newClass('Behind a firewall');
  await teacher.enter(session.id);
  await teacher.turn('Camera', true);
  await teacher.turn('Microphone', true);
  await ana.enter(session.id);
});

after(async () => {
  for (const [index, member] of [teacher, ana].entries()) await member?.keep(`tcp-member${index}`);
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  await server?.finish();
});

test('Chromium publishes over TCP where no UDP gets through', async () => {
  await ana.sees(teacher.me.id);
  const { protocol, tcpType, address } = await way(teacher.page);
  assert.deepEqual([protocol, tcpType], ['tcp', 'active']);
  assert.match(address, /^[\d.]+$/);
});

test('Firefox receives over TCP where no UDP gets through', async () => {
  const firefox = await launchFirefox();
  try {
    const fox = await new Fox().enter(firefox, server.origin, server.link('trainee@windward.example'), session.id, only(TCP4));
    await fox.sees(teacher.videoOf(teacher.me.id), 20);
    assert.equal((await way(fox.page)).protocol, 'tcp');
  } finally {
    await firefox.close();
  }
});

test('Chromium is in class where there is IPv6 alone', async () => {
  const { protocol, address } = await way(ana.page);
  assert.equal(protocol, 'udp');
  assert.match(address, /:/);
});

test('Chromium receives over TCP', async () => {
  await teacher.actOn(ana.name, 'Let show camera');
  await ana.turn('Camera', true);
  await teacher.sees(ana.me.id);
});
