// SPDX-License-Identifier: MIT
// Each codec in which a camera may be sent, with its layers, and sound with copies: an instructor at 720p,
// and a trainee whose picture is drawn large, small and large again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { Member } from './lib/member.mjs';
import { Relay } from './lib/relay.mjs';
import { Server, until } from './lib/server.mjs';

const HEIGHTS = { top: 720, lowest: 180 };
const LARGE = { width: 1024, height: 700 };
const SMALL = { width: 320, height: 480 };
/** Frames to be decoded between two changes: more than a second. */
const ENOUGH = 20;
/** The longest that a picture may stand still, over both changes: two cores encode and decode meanwhile. */
const STILL_MS = 1500;

let server;
let browsers;
let teacher;
let ana;
let session;

before(async () => {
  server = await new Server('codecs').start();
  browsers = await Promise.all([launchChromium(0, [], { tall: true }), launchChromium(1)]);
  const links = await server.links();
  teacher = await new Member(await newPage(browsers[0])).signIn(links.instructor);
  ana = await new Member(await newPage(browsers[1], { viewport: LARGE, deviceScaleFactor: 1.5 })).signIn(links.trainee);
  session = (await teacher.newClass('The same in every codec', 'never')).id;
  await teacher.enter(session);
  await ana.enter(session);
});

after(async () => {
  for (const [index, member] of [teacher, ana].entries()) await member?.keep(`codecs-member${index}`);
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  await server?.finish();
});

/** What a page receives of the picture or the sound that an element plays, with its codec. */
function inbound(member, selector) {
  return member.page.evaluate(async (selector) => {
    const element = document.querySelector(selector);
    const track = element?.srcObject?.getTracks().find(({ kind }) => kind === element.localName);
    for (const peer of track ? lecternProbe.held.peers.filter(({ connectionState }) => connectionState !== 'closed') : []) {
      const stats = await peer.getStats();
      const found = [...stats.values()].find(({ type, trackIdentifier }) => type === 'inbound-rtp' && trackIdentifier === track.id);
      if (found) return { ...found, codec: stats.get(found.codecId)?.mimeType };
    }
    return {};
  }, selector);
}

/** What a page sends of a kind, a stream each, with its codec. */
function outbound(member, kind) {
  return member.page.evaluate(async (kind) => {
    const stats = await lecternProbe.held.peers.findLast(({ connectionState }) => connectionState === 'connected').getStats();
    return [...stats.values()].filter((entry) => entry.type === 'outbound-rtp' && entry.kind === kind && (entry.framesEncoded ?? entry.packetsSent) > 0)
      .map((entry) => ({ ...entry, codec: stats.get(entry.codecId)?.mimeType }));
  }, kind);
}

/** The instructor's page anew, as one whose browser has this codec chosen. */
async function comeBack(codec) {
  await teacher.page.evaluate((codec) => localStorage.setItem('lectern.codec', codec), codec);
  await teacher.page.reload();
  await teacher.inClass();
}

const total = (streams, ...fields) => streams.reduce((sum, stream) => (
  sum + fields.reduce((part, field) => part + (stream[field] ?? 0), 0)), 0);

/** Waits until the trainee decodes this height, and some frames more. */
async function decodes(height, picture) {
  const began = Date.now();
  const first = await until(`a picture of ${height} lines`, async () => {
    const now = await inbound(ana, picture);
    return now.frameHeight === height && now;
  }, 30000, 100);
  const took = Date.now() - began;
  await until('frames of it', async () => (await inbound(ana, picture)).framesDecoded >= first.framesDecoded + ENOUGH, 20000, 100);
  return took;
}

for (const { codec, streams, mode } of [
  { codec: 'VP8', streams: 3 },
  { codec: 'H264', streams: 3 },
  { codec: 'VP9', streams: 1, mode: 'L3T3_KEY' },
  { codec: 'AV1', streams: 1, mode: 'L3T3_KEY' },
]) {
  test(`${codec} ${mode ?? 'simulcast'}: layers change while frames go on`, async (t) => {
    await ana.page.setViewportSize(LARGE);
    await comeBack(codec);
    await teacher.turn('Camera', true);
    const picture = ana.videoOf(teacher.me.id);
    await ana.page.locator(picture).waitFor();
    const rise = await decodes(HEIGHTS.top, picture);
    const before = { sent: await outbound(teacher, 'video'), received: await inbound(ana, picture) };
    await ana.watch('layers', picture);

    await ana.page.setViewportSize(SMALL);
    const down = await decodes(HEIGHTS.lowest, picture);
    await ana.page.setViewportSize(LARGE);
    const up = await decodes(HEIGHTS.top, picture);

    const now = { sent: await outbound(teacher, 'video'), received: await inbound(ana, picture) };
    const { samples } = await ana.probe('layers');
    const still = Math.max(...samples.slice(1).map(({ at }, index) => at - samples[index].at));
    const asked = total(now.sent, 'pliCount', 'firCount') - total(before.sent, 'pliCount', 'firCount');
    t.diagnostic(`720 after ${rise} ms, down after ${down}, up after ${up}; ${now.received.framesDecoded - before.received.framesDecoded} `
      + `frames, still for ${still.toFixed(0)} ms at most; ${asked} keyframes asked for`);
    assert.equal(now.received.codec, `video/${codec}`);
    assert.equal(now.sent.length, streams);
    assert.ok(now.sent.every((stream) => stream.codec === `video/${codec}` && (!mode || stream.scalabilityMode === mode)));
    assert.ok(still < STILL_MS, `the picture stood still for ${still} ms`);
    assert.equal(now.received.packetsLost, 0, 'the decoder saw a gap');
    assert.equal(now.received.pliCount - before.received.pliCount, 0, 'the decoder could not go on');
    assert.ok(asked <= 6, `${asked} keyframes were asked for`);
    await teacher.turn('Camera', false);
  });
}

const SOUND = 'audio[data-audio-slot="0"]'; // the instructor's
/** Packets over which sound is looked at: three seconds. */
const LISTEN = 150;
/** Of so many media packets one is lost on the way to the trainee. */
const LOSS = 12;

/**
 * What came of the sound since `from`. To Chromium's statistics the codec is audio/opus with copies and without;
 * but each copy that it had no use for is counted as a discarded packet.
 */
async function soundSince(from) {
  const now = await inbound(ana, SOUND);
  const grown = (field) => (now[field] ?? 0) - (from[field] ?? 0);
  const packets = grown('packetsReceived');
  return {
    packets,
    copies: grown('packetsDiscarded') / packets,
    bytes: grown('bytesReceived') / packets,
    energy: grown('totalAudioEnergy'),
    lost: grown('packetsLost') / (grown('packetsLost') + packets),
    concealed: (grown('concealedSamples') - grown('silentConcealedSamples')) / grown('totalSamplesReceived'),
  };
}

/** Waits until `holds` of a second of sound, and gives what comes in the next three. */
async function hears(what, holds) {
  let from = {};
  await until(what, async () => {
    const since = await soundSince(from);
    if (!(since.packets >= LISTEN / 3)) return false;
    from = await inbound(ana, SOUND);
    return holds(since);
  }, 30000, 100);
  return until('more of it', async () => {
    const since = await soundSince(from);
    return since.packets >= LISTEN && since;
  }, 20000, 100);
}

const withCopies = ({ copies, energy }) => copies > 0.7 && energy > 0;
const withoutCopies = ({ copies, energy }) => copies < 0.1 && energy > 0;

let copied;

test('sound goes with a copy of what was before, from Chromium to Chromium', async (t) => {
  await teacher.turn('Microphone', true);
  copied = await hears('sound with copies', withCopies);
  const [sent] = await outbound(teacher, 'audio');
  t.diagnostic(`${copied.bytes.toFixed(0)} bytes a packet, ${copied.copies.toFixed(2)} copies`);
  assert.ok(copied.copies > 0.9 && copied.energy > 0.001);
  assert.ok(sent.bytesSent / sent.packetsSent / copied.bytes > 0.8, 'the server made them, not the browser');
});

test('without loss no copies are made for a sender that makes none', async (t) => {
  await teacher.page.addInitScript(() => {
    for (const side of [RTCRtpSender, RTCRtpReceiver]) {
      const capabilities = side.getCapabilities;
      side.getCapabilities = (kind) => {
        const all = capabilities.call(side, kind);
        return { ...all, codecs: all.codecs.filter(({ mimeType }) => mimeType !== 'audio/red') };
      };
    }
  });
  await comeBack('VP8');
  await teacher.turn('Microphone', true);
  const single = await hears('sound without copies', withoutCopies);
  t.diagnostic(`${single.bytes.toFixed(0)} bytes a packet, ${copied.bytes.toFixed(0)} with a copy`);
  assert.ok(single.copies === 0 && single.energy > 0.001);
  assert.ok(copied.bytes / single.bytes > 1.6 && copied.bytes / single.bytes < 2.4, 'a copy is as large as what it is of');
});

test('where packets get lost the server adds copies, which mend the sound', async (t) => {
  const relay = new Relay(LOSS);
  try {
    await relay.guide(ana.page);
    await ana.page.reload();
    await ana.inClass();
    const mended = await hears('sound with copies', withCopies);
    t.diagnostic(`${(mended.lost * 100).toFixed(1)} % lost, ${(mended.concealed * 100).toFixed(2)} % concealed, `
      + `${mended.copies.toFixed(2)} copies not needed, ${mended.bytes.toFixed(0)} bytes a packet`);
    assert.ok(mended.lost > 0.5 / LOSS && mended.energy > 0.001);
    assert.ok(mended.concealed < 0.3 / LOSS, `${mended.concealed} of the sound was made up`);
  } finally {
    relay.close();
  }
});
