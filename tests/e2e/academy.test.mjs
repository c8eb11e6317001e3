// SPDX-License-Identifier: MIT
// The office of an academy in a real browser: an invitation opens an account, a password and a second factor open it
// again, a coordinator finds, invites and imports people. Each page is looked at, on a laptop and a phone, under axe.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { look, nothingWrong, quiet, SIZES } from './lib/look.mjs';
import { Member } from './lib/member.mjs';
import { paths } from './lib/paths.mjs';
import { Server, until } from './lib/server.mjs';

const PASSWORD = 'four quiet pelicans';
const NEW_PASSWORD = 'a pelican on each pole';
const ownPolicy = { bypassCSP: false };

let server;
let browser;
let coordinator;
let guest; // a page of somebody who is not signed in at first
let invitation;
let secret;

before(async () => {
  server = await new Server('academy').start();
  browser = await launchChromium(0);
  const links = await server.links();
  coordinator = await new Member(await newPage(browser, ownPolicy)).signIn(links.coordinator);
  guest = await newPage(browser, ownPolicy);
});

after(async () => {
  await coordinator?.keep('academy-coordinator');
  await browser?.close();
  await server?.finish();
});

const button = (page, name) => page.getByRole('button', { name, exact: true });
const field = (page, name) => page.getByLabel(name, { exact: true });

async function open(path) {
  const { page } = coordinator;
  await page.goto(`${coordinator.origin}${coordinator.base}${path}`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForLoadState('networkidle');
  return page;
}

/** RFC 6238 with what every authenticator uses; `steps` from now. */
function codeOf(text, steps = 0) {
  const bits = [...text].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const hash = createHmac('sha1', key).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}

async function signIn(page, email, password) {
  await page.goto(`${server.origin}/signin`);
  await field(page, 'E-mail address').fill(email);
  await field(page, 'Password').fill(password);
  await button(page, 'Sign in').click();
}

test('a coordinator finds people by words and by role', async () => {
  const page = await open('people');
  await page.getByRole('link', { name: 'Kemar Baptiste' }).waitFor();
  await look(page, 'people');
  await field(page, 'Search').fill('kemar');
  await until('the others to go', async () => (await page.locator('tbody tr').count()) === 1);
  await field(page, 'Search').fill('nobody of that name');
  await page.getByRole('heading', { name: 'Nobody fits' }).waitFor();
  await button(page, 'Show all').click();
  await field(page, 'Role').selectOption('instructor');
  await until('only instructors', async () => (await page.locator('tbody tr').count()) === 2);
  nothingWrong();
});

test('a person’s panel shows them and changes their roles', async () => {
  const page = await open('people');
  await page.getByRole('link', { name: 'Devon Charles' }).click();
  const dialog = page.getByRole('dialog', { name: 'Devon Charles' });
  await dialog.getByLabel('Instructor').check();
  await look(page, 'person');
  await button(dialog, 'Save the roles').click();
  await page.getByText('Saved.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('row', { name: /Devon Charles.*Instructor, Trainee/ }).waitFor();
  nothingWrong();
});

test('somebody is invited, chooses a password, and is in', async () => {
  const page = await open('people');
  await button(page, 'Invite').click();
  const dialog = page.getByRole('dialog');
  await button(dialog, 'Invite').click();
  await dialog.getByText('Enter an e-mail address.').waitFor();
  await look(page, 'people-invite');
  await field(dialog, 'E-mail address').fill('nadia@windward.example');
  await field(dialog, 'Name').fill('Nadia Pierre');
  await button(dialog, 'Invite').click();
  invitation = new URL(await dialog.getByRole('textbox', { name: 'Link of the invitation' }).inputValue());
  await button(dialog, 'Done').click();
  await guest.goto(server.origin + invitation.pathname);
  await guest.getByRole('heading', { name: 'Welcome, Nadia Pierre' }).waitFor();
  await field(guest, 'Password').fill('short');
  await button(guest, 'Join').click();
  await guest.getByText('Use at least 10 characters.').waitFor();
  await look(guest, 'invite');
  await field(guest, 'Password').fill(PASSWORD);
  await button(guest, 'Join').click();
  await guest.waitForURL(/\/u\/\d+\/$/);
  await guest.getByRole('heading', { name: 'Good day, Nadia Pierre' }).waitFor();
  nothingWrong();
});

test('the same link opens nothing again', async () => {
  const page = await newPage(browser, ownPolicy);
  await page.goto(server.origin + invitation.pathname);
  await page.getByRole('heading', { name: 'This link opens nothing' }).waitFor();
  await look(page, 'invite-used');
  await page.context().close();
  nothingWrong();
});

test('one’s account: name, a second factor with its codes, where one is signed in', async () => {
  await guest.goto(`${new URL('account', guest.url())}`);
  await field(guest, 'Name').fill('Nadia Pierre-Louis');
  await button(guest, 'Save').click();
  await guest.getByText('Saved.').waitFor();
  await guest.getByText('This device', { exact: true }).waitFor();
  await look(guest, 'account');
  await button(guest, 'Set it up').click();
  const dialog = guest.getByRole('dialog');
  await field(dialog, 'Password').fill(PASSWORD);
  await button(dialog, 'Go on').click();
  await dialog.getByRole('img', { name: 'QR code of the key' }).waitFor();
  await look(guest, 'account-factor');
  secret = await dialog.locator('[data-secret]').getAttribute('data-secret');
  await field(dialog, 'Code').fill(codeOf(secret));
  await button(dialog, 'Turn it on').click();
  await dialog.getByRole('list', { name: 'Recovery codes' }).waitFor();
  assert.equal(await dialog.getByRole('listitem').count(), 10);
  await look(guest, 'account-codes');
  await button(dialog, 'I have kept them').click();
  await button(guest, 'Turn it off').waitFor();
  nothingWrong();
});

test('a wrong password is told, a right one asks for the code, and the page that was wanted comes', async () => {
  const account = guest.url();
  await guest.getByRole('button', { name: /^Settings of/ }).click();
  await guest.getByRole('menuitem', { name: 'Sign out' }).click();
  await field(guest, 'E-mail address').waitFor();
  await look(guest, 'signin');
  await signIn(guest, 'nadia@windward.example', 'not this one');
  await guest.getByText('The address or the password is not right.').waitFor();
  await guest.goto(account);
  await guest.getByText('You are signed out on this device.').waitFor();
  await field(guest, 'E-mail address').fill('nadia@windward.example');
  await field(guest, 'Password').fill(PASSWORD);
  await button(guest, 'Sign in').click();
  await guest.getByRole('heading', { name: 'One more step' }).waitFor();
  await look(guest, 'signin-code');
  await field(guest, 'Code').fill(codeOf(secret, 1)); // that of now was used
  await button(guest, 'Go on').click();
  await guest.getByRole('heading', { name: 'Account', level: 1 }).waitFor();
  assert.equal(guest.url(), account);
  nothingWrong();
});

test('a new password takes the place of the old', async () => {
  await field(guest, 'Current password').fill(PASSWORD);
  await field(guest, 'New password').fill(NEW_PASSWORD);
  await button(guest, 'Change the password').click();
  await guest.getByText('Your password is changed.').waitFor();
  const page = await newPage(browser, ownPolicy);
  await signIn(page, 'nadia@windward.example', PASSWORD);
  await page.getByText('The address or the password is not right.').waitFor();
  await signIn(page, 'nadia@windward.example', NEW_PASSWORD);
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  await page.context().close();
});

test('a list with bad rows is told row by row and imports nobody; mended, it imports all', async () => {
  const page = await open('people');
  await button(page, 'Import a list').click();
  const dialog = page.getByRole('dialog');
  const choose = (text) => dialog.getByLabel('CSV file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await choose('email;name;roles\nana@windward.example;Ana Ruiz;trainee\nno address;Bo;trainee\ncas@windward.example;Cas;wizard\n');
  await dialog.getByRole('cell', { name: 'Ana Ruiz' }).waitFor();
  await button(dialog, 'Check the file').click();
  await dialog.getByRole('row', { name: /3.*email.*This is no e-mail address/ }).waitFor();
  await dialog.getByRole('row', { name: /4.*There is no such role/ }).waitFor();
  await look(page, 'people-import');
  await choose('email;name;roles\nana@windward.example;Ana Ruiz;trainee\nbo@windward.example;Bo Vega;instructor\n');
  await button(dialog, 'Check the file').click();
  await button(dialog, 'Import 2 people').click();
  await page.getByText('2 people were imported and get a message.').waitFor();
  await field(page, 'Search').fill('bo vega');
  await page.getByRole('row', { name: /Bo Vega.*Instructor.*Invited/ }).waitFor();
  nothingWrong();
});

test('a course is made, gets people by name and by group, and a file', async () => {
  let page = await open('groups');
  await button(page, 'New group').click();
  await field(page.getByRole('dialog'), 'Name').fill('Recruits 2026 A');
  await button(page, 'Make the group').click();
  await page.getByRole('heading', { name: 'Recruits 2026 A' }).waitFor();
  await button(page, 'Add people').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Add Joris Martina' }).click();
  await page.getByText('Added', { exact: true }).waitFor();
  await button(page, 'Done').click();
  await page.getByRole('button', { name: 'Take Joris Martina out' }).waitFor();
  await look(page, 'group');

  page = await open('courses');
  await look(page, 'courses');
  await button(page, 'New course').click();
  const dialog = page.getByRole('dialog');
  await button(dialog, 'Make the course').click();
  await dialog.getByText('Give the course a title.').waitFor();
  await look(page, 'course-new');
  await field(dialog, 'Title').fill('Harbour patrol');
  await field(dialog, 'Code').fill('SEA-201');
  await field(dialog, 'Description').fill('From the quay to the reef.');
  await button(dialog, 'Make the course').click();
  await page.getByRole('heading', { name: 'Harbour patrol' }).waitFor();
  await field(page, 'Add a group').selectOption('Recruits 2026 A');
  await page.getByText('By a group').waitFor();
  await button(page, 'Add people').click();
  await page.getByRole('dialog').getByLabel('Search').fill('kemar');
  await page.getByRole('dialog').getByRole('button', { name: 'Add Kemar Baptiste' }).click();
  await page.getByText('Added', { exact: true }).waitFor();
  await button(page, 'Done').click();
  await page.locator('input[type=file]').setInputFiles({ name: 'Tides.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 tides') });
  const link = page.getByRole('link', { name: 'Download Tides.pdf' });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  assert.equal(download.suggestedFilename(), 'Tides.pdf');
  await page.getByRole('button', { name: 'Take Kemar Baptiste out' }).waitFor();
  await look(page, 'course');
  nothingWrong();
});

test('every page of the office switches its language', async () => {
  const seen = new Map();
  for (const language of ['en', 'es', 'fr', 'nl']) {
    await coordinator.api('PATCH', 'me', { language });
    for (const path of ['people', 'courses', 'account']) {
      const page = await open(path);
      await page.locator('h1').waitFor();
      const words = await page.locator('main').evaluate((main) => [...main.querySelectorAll('h1, h2, button, label, th')]
        .map((element) => element.textContent).join('\n'));
      const known = seen.get(path) ?? new Set();
      assert.ok(!known.has(words), `${path} in ${language} says what another language says`);
      seen.set(path, known.add(words));
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        await page.screenshot({ path: `${paths.shots}/${path}-${language}-${size}.png` });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(over <= 0, `${path} in ${language} is ${over} px wider than a ${size}`);
      }
    }
  }
  await coordinator.api('PATCH', 'me', { language: 'en' });
});

test('no page had an error that a person would not see', () => {
  // What the browser writes of an answer of 4xx that the page then explains.
  for (const page of [coordinator.page, guest]) page.log = page.log.filter((line) => !/status of 40[134]/.test(line));
  quiet(coordinator.page);
  quiet(guest);
});
