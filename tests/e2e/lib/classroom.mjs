// SPDX-License-Identifier: MIT
// Brings people into a class for a test, and looks at what they see and hear.

import assert from 'node:assert/strict';

import { envelopeOf, makeMedia } from './media.mjs';
import { frameDelays, median, pairBursts, progress, skews, speechMatch } from './measure.mjs';
import { until } from './server.mjs';

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts to watch and listen to one member at their own page: what was sent. */
async function watchSource(member) {
  await member.watch('self', 'video[data-self]');
  await member.listen('mic', '@mic');
}

/** Starts to watch and listen to a member at another's page. Audio slot 0 is the instructor's. */
export async function watchMember(viewer, id, slot = 0) {
  await viewer.watch('picture', viewer.videoOf(id));
  await viewer.listen('sound', `audio[data-audio-slot="${slot}"]`);
}

/** Waits until `count` bursts were heard by all, and gives everybody's samples. */
async function collect(source, viewers, count = 3) {
  await Promise.all([source.clear('self', 'mic'), ...viewers.map((viewer) => viewer.clear('picture', 'sound'))]);
  await Promise.all(viewers.map((viewer) => until(`${viewer.name} to hear ${count} bursts`,
    async () => (await viewer.probe('sound')).bursts.length >= count, count * 5000 + 15000, 250)));
  await pause(800);
  const read = async (member, picture, sound) => ({ picture: await member.probe(picture), sound: await member.probe(sound) });
  return {
    sent: await read(source, 'self', 'mic'),
    received: await Promise.all(viewers.map((viewer) => read(viewer, 'picture', 'sound'))),
  };
}

/** The frames are the camera's, go forward, and are those that were sent. */
export function checkFrames(t, who, sent, received, camera) {
  const { samples, unread } = received.picture;
  const seen = progress(samples);
  const delays = frameDelays(sent.picture.samples, samples);
  t.diagnostic(`${who}: ${seen.count} frames over ${seen.steps} numbers, ${unread} unread, delay ${median(delays)?.toFixed(0)} ms`);
  assert.ok(seen.count >= 60, `${who} saw only ${seen.count} numbered frames`);
  assert.ok(unread <= seen.count / 10, `${who} could not read ${unread} of ${seen.count + unread} frames`);
  assert.deepEqual([...new Set(samples.map((sample) => sample.camera))], [camera], `${who} saw another camera`);
  assert.ok(seen.backward <= 1, `${who} saw ${seen.backward} frames go backward`);
  assert.ok(delays.length > seen.count / 3 && median(delays) < 1000, `${who} did not see what was sent then: ${median(delays)} ms`);
}

export async function checkSpeech(t, who, received, camera) {
  const { audio } = await makeMedia(camera);
  const { match } = speechMatch(received.sound.envelope.map(({ rms }) => rms), envelopeOf(audio));
  t.diagnostic(`${who}: speech matches by ${match.toFixed(3)}`);
  assert.ok(match > 0.75, `what ${who} heard matches the speech only by ${match.toFixed(3)}`);
}

export function checkSync(t, who, sent, received, limit = 100) {
  const apart = skews(pairBursts(sent.picture.samples, sent.sound.bursts), pairBursts(received.picture.samples, received.sound.bursts));
  t.diagnostic(`${who}: sound after picture by ${apart.map((value) => value.toFixed(0)).join(', ')} ms`);
  assert.ok(apart.length >= 2, `${who}: only ${apart.length} bursts could be paired`);
  assert.ok(Math.abs(median(apart)) <= limit, `${who}: sound and picture are ${median(apart).toFixed(0)} ms apart`);
}

const WINDOWS = 3;

/**
 * Looks at what one member sends and the others get, and checks it. Three browsers fill two cores, and a
 * picture or a sound that comes late for want of a core is not the product's: a window of time that is
 * found wanting is followed by another, up to three. What is wrong with the product is wrong in each.
 */
export async function measure(t, source, viewers, count, check) {
  await watchSource(source);
  for (let window = 1; ; window++) {
    const taken = await collect(source, viewers, count);
    try {
      await check(taken);
      return taken;
    } catch (error) {
      if (window === WINDOWS) throw error;
      t.diagnostic(`window ${window}: ${error.message}`);
    }
  }
}
