// SPDX-License-Identifier: MIT
// A page of another origin teaches by WHIP and another one watches by WHEP, beside a trainee in class.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { Member } from './lib/member.mjs';
import { paths } from './lib/paths.mjs';
import { Server, until } from './lib/server.mjs';

const NAME = 'Studio 1';
const TITLE = 'Taught by WHIP';

let server;
let elsewhere;
let browser;
let coordinator;
let room;
let source;
let player;

/** A page that the server knows nothing of. */
async function foreignPage() {
  const page = await newPage(browser);
  await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  return page;
}

const look = (page, name) => page.evaluate((name) => window.look(name), name);

/** Picture and sound go on arriving from now. */
async function goesOn(page, name) {
  const from = await look(page, name);
  return until(`picture and sound at the ${name}`, async () => {
    const now = await look(page, name);
    return now.frames >= from.frames + 15 && now.audio >= from.audio + 25 && now;
  }, 30000, 200);
}

before(async () => {
  server = await new Server('whip').start();
  elsewhere = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(readFileSync(join(paths.here, 'pages/whip.html')));
  });
  await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium(0);
  coordinator = await new Member(await newPage(browser)).signIn((await server.links()).coordinator);
  const text = execFileSync(join(paths.build, 'src/ctl/lecternctl'), ['room', '--json', '--title', TITLE, '--name', NAME,
    '--data', server.data, '--url', server.origin], { encoding: 'utf8' });
  room = JSON.parse(text);
  await coordinator.enter(room.room);
  [source, player] = [await foreignPage(), await foreignPage()];
});

after(async () => {
  await browser?.close();
  elsewhere?.close();
  await server?.finish();
});

test('a source of another origin teaches, and the class sees it', async () => {
  await source.evaluate(([url, token]) => window.begin('source', 'publish', url, token), [room.whip, room.whip_token]);
  await until('the source to be connected', () => source.evaluate(() => window.state('source') === 'connected'), 20000);
  await coordinator.panel('People');
  await coordinator.page.locator('[data-person^="stream-"]').getByText(NAME).waitFor();
  const video = coordinator.page.locator('video[data-kind="camera"][data-member^="stream-"]');
  await video.waitFor();
  await coordinator.sees(await video.getAttribute('data-member'));
});

test('a player of another origin gets picture and sound', async () => {
  await player.evaluate(([url, token]) => window.begin('player', 'watch', url, token), [room.whep, room.whep_token]);
  const seen = await goesOn(player, 'player');
  assert.ok(seen.width >= 160);
  assert.equal(seen.dtls, 'connected');
});

test('ICE restarts by PATCH at both ends, and media goes on', async () => {
  for (const [page, name] of [[source, 'source'], [player, 'player']]) {
    const before = await look(page, name);
    const tags = await page.evaluate((name) => window.restart(name), name);
    assert.notEqual(tags.before, tags.after);
    await until(`the ${name} to use its new credentials`, async () => (await look(page, name)).ufrag !== before.ufrag, 20000);
    await goesOn(player, 'player');
    assert.equal((await look(page, name)).dtls, 'connected');
  }
});

test('a DELETE is a leave that everybody sees', async () => {
  assert.equal(await source.evaluate(() => window.end('source')), 200);
  await coordinator.page.locator('video[data-member^="stream-"]').waitFor({ state: 'detached' });
  assert.equal(await source.evaluate(() => window.end('source')), 404);
  await until('the source to be cut off', () => source.evaluate(() => window.state('source') !== 'connected'), 20000);
  assert.equal(await player.evaluate(() => window.end('player')), 200);
});

test('the recording of it is in the library, with its picture and sound', async () => {
  await coordinator.control('Leave').click();
  await coordinator.page.getByRole('dialog').getByRole('button', { name: 'End for all' }).click();
  const { id } = await until('the recording', async () => (await coordinator.api('GET', 'recordings')).recordings
    .find(({ session, state }) => session.title === TITLE && state === 'ready'), 20000, 500);
  const { manifest } = await coordinator.api('GET', `recordings/${id}`);
  const kinds = manifest.clips.filter(({ name, role }) => name === NAME && role === 'instructor').map(({ kind }) => kind);
  assert.deepEqual([...new Set(kinds)].sort(), ['camera', 'mic']);
});
