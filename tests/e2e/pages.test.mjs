// SPDX-License-Identifier: MIT
// Every page on a laptop and on a phone, in four languages, under axe, with the product's own policy.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { look, nothingWrong, quiet } from './lib/look.mjs';
import { Member } from './lib/member.mjs';
import { paths } from './lib/paths.mjs';
import { Replay } from './lib/replay.mjs';
import { Server, until } from './lib/server.mjs';

let server;
let browsers;
let teacher;
let trainee;
let session;
let recording;

const ownPolicy = { bypassCSP: false };

before(async () => {
  server = await new Server('pages').start();
  browsers = await Promise.all([launchChromium(0), launchChromium(1)]);
  const links = await server.links();
  teacher = await new Member(await newPage(browsers[0], ownPolicy)).signIn(links.instructor);
  trainee = await new Member(await newPage(browsers[1], ownPolicy)).signIn(links.trainee);
});

after(async () => {
  for (const [index, member] of [teacher, trainee].entries()) await member?.keep(`pages-member${index}`);
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  await server?.finish();
});

async function visit(member, path) {
  await member.page.goto(`${member.origin}${member.base}${path}`);
  await member.page.getByRole('heading', { level: 1 }).first().waitFor();
  await member.page.waitForLoadState('networkidle');
}

test('the page for those who are not signed in', async () => {
  const page = await newPage(browsers[1], ownPolicy);
  await page.goto(`${server.origin}/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await look(page, 'welcome');
  await page.goto(`${server.origin}/?link=expired`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await look(page, 'welcome-expired');
  quiet(page);
  await page.context().close();
  nothingWrong();
});

test('the page of an address that leads nowhere', async () => {
  await visit(trainee, 'nowhere/at/all');
  await look(trainee.page, 'nowhere');
  nothingWrong();
});

test('home', async () => {
  await visit(trainee, '');
  await look(trainee.page, 'home-trainee');
  await visit(teacher, '');
  await look(teacher.page, 'home-instructor');
  nothingWrong();
});

test('the library while it is empty', async () => {
  await visit(trainee, 'library');
  await look(trainee.page, 'library-empty');
  nothingWrong();
});

test('the pre-join page shows camera and microphone before anybody is let in', async () => {
  session = (await teacher.newClass('Reading the wind')).id;
  await teacher.openClass(session);
  await until('the preview to run', () => teacher.page.locator('video[data-self]').evaluate((video) => video.currentTime > 0.5));
  const meter = teacher.page.getByRole('meter', { name: 'Microphone level' });
  await until('the meter to move', async () => Number(await meter.getAttribute('aria-valuenow')) > 0);
  await look(teacher.page, 'prejoin-instructor');
  await trainee.openClass(session);
  await look(trainee.page, 'prejoin-trainee');
  nothingWrong();
});

test('the classroom', async () => {
  await teacher.page.getByRole('button', { name: 'Enter class' }).click();
  await teacher.inClass();
  await trainee.page.getByRole('button', { name: /Enter class|Wait/ }).click();
  await trainee.inClass();
  await teacher.turn('Camera', true);
  await teacher.turn('Microphone', true);
  await trainee.sees(teacher.me.id);
  await trainee.say('Good morning from the south coast.');
  await trainee.turn('Raise hand', true);
  await look(trainee.page, 'classroom-trainee');
  await teacher.actOn(trainee.name, 'Let speak');
  await teacher.actOn(trainee.name, 'Let show camera');
  await trainee.turn('Camera', true);
  await teacher.sees(trainee.me.id);
  await teacher.control('Share screen').click();
  await until('the screen to be shown', () => trainee.page.locator(trainee.videoOf(teacher.me.id, 'screen'))
    .evaluate((video) => video.videoWidth > 0).catch(() => false));
  await trainee.panel('Chat');
  await look(trainee.page, 'classroom-screen');
  await teacher.panel('People');
  await look(teacher.page, 'classroom-instructor');
  await teacher.control('Leave').click();
  await teacher.page.getByRole('dialog').waitFor();
  await look(teacher.page, 'classroom-leave');
  await teacher.page.getByRole('button', { name: 'Stay' }).click();
  nothingWrong();
});

test('the end of the class', async () => {
  await teacher.control('Leave').click();
  await teacher.page.getByRole('dialog').getByRole('button', { name: 'End for all' }).click();
  await trainee.page.getByRole('link', { name: 'Watch the recording' }).waitFor();
  await look(trainee.page, 'ended');
  nothingWrong();
});

test('the library and the replay', async () => {
  const { recordings } = await trainee.api('GET', 'recordings');
  recording = recordings[0].id;
  await visit(trainee, 'library');
  await look(trainee.page, 'library');
  const replay = await new Replay(trainee).open(recording);
  await replay.play();
  await trainee.sees(teacher.me.id);
  await replay.pause();
  await look(trainee.page, 'replay');
  await replay.tab(/Chat/);
  await look(trainee.page, 'replay-chat');
  nothingWrong();
});

test('dark and light', async () => {
  for (const colorScheme of ['dark', 'light']) {
    await trainee.page.emulateMedia({ colorScheme });
    await visit(trainee, '');
    await look(trainee.page, `home-${colorScheme}`);
  }
  nothingWrong();
});

test('every page switches its language', async () => {
  const open = (await teacher.newClass('Clase, classe, les')).id;
  const places = { home: '', library: 'library', class: `class/${open}`, replay: `replay/${recording}`, nowhere: 'nowhere/at/all' };
  const texts = Object.fromEntries(Object.keys(places).map((name) => [name, new Map()]));
  for (const language of ['en', 'es', 'fr', 'nl']) {
    await trainee.api('PATCH', 'me', { language });
    for (const [name, path] of Object.entries(places)) {
      await visit(trainee, path);
      await until(`${name} in ${language}`, async () => (await trainee.page.evaluate(() => document.documentElement.lang)) === language);
      const words = await trainee.page.evaluate(() => [...document.querySelectorAll('h1, h2, button, a')]
        .map((element) => element.getAttribute('aria-label') ?? element.textContent).join('\n'));
      for (const [other, known] of texts[name]) assert.notEqual(words, known, `${name} says the same in ${language} and ${other}`);
      texts[name].set(language, words);
      await trainee.page.screenshot({ path: `${paths.shots}/${name}-${language}.png` });
    }
  }
});

test('the language can be changed on the page, at once and for good', async () => {
  await trainee.api('PATCH', 'me', { language: 'en' });
  await visit(trainee, '');
  await trainee.page.getByRole('button', { name: /^Settings of/ }).click();
  await trainee.page.getByRole('menuitemradio', { name: 'Nederlands' }).click();
  await until('Dutch', () => trainee.page.evaluate(() => document.documentElement.lang === 'nl'));
  await trainee.page.reload();
  await until('Dutch again', () => trainee.page.evaluate(() => document.documentElement.lang === 'nl'));
});

test('no page had an error that a person would not see', () => {
  quiet(trainee.page);
  quiet(teacher.page);
});
