// SPDX-License-Identifier: MIT
// A coordinator plans a weekly class over a change of the clock, sees what it clashes with, moves and cancels single ones,
// and follows it in another zone and in a calendar; each view under axe, on a laptop and on a phone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { look, nothingWrong, quiet } from './lib/look.mjs';
import { Member } from './lib/member.mjs';
import { Server } from './lib/server.mjs';

/*
 * The academy is in Port of Spain, without a summer time; the reader is in Paris, where it begins on 28 March. The class is
 * planned on the clock of New York, where it begins on 14 March: 09:00 there is 10:00 at the academy before, 09:00 after.
 */
const DAY = '2027-03-09';
const utc = (text) => Date.parse(`${text}Z`);

let server;
let browser;
let planner;
let page;

before(async () => {
  server = await new Server('timetable').start();
  browser = await launchChromium();
  const { coordinator } = await server.links();
  page = await newPage(browser, { bypassCSP: false, timezoneId: 'Europe/Paris', viewport: { width: 1366, height: 768 }, permissions: ['clipboard-read', 'clipboard-write'] });
  planner = await new Member(page).signIn(coordinator);
});

after(async () => {
  await planner?.keep('timetable');
  await browser?.close();
  await server?.finish();
});

const block = (name) => page.locator('.block[data-session]').and(page.getByRole('button', { name }));
const turn = (name) => page.getByRole('button', { name, exact: true }).click();
const sessions = async (from, to) => (await planner.api('GET', `sessions?from=${utc(from)}&to=${utc(to)}`)).sessions;

test('a weekly session over a change of the clock, and what it clashes with', async () => {
  const { courses } = await planner.api('GET', 'courses');
  const room = await planner.api('POST', 'venues', { name: 'Room 12', seats: 24 });
  await planner.api('POST', 'sessions', {
    course: courses[2].id, title: 'Radio drill', starts_at: utc('2027-03-16T13:30'), length_min: 60, venue: room.id, despite: true,
  });
  await page.goto(`${planner.origin}${planner.base}timetable`);
  await turn('New session');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SELECT', 'the form has the focus');
  const form = page.locator('.editor');
  await form.getByLabel('Course').selectOption(courses[0].title);
  await form.getByLabel('Title').fill('Night driving');
  await form.getByLabel('Day', { exact: true }).fill(DAY);
  await form.getByLabel('Time', { exact: true }).fill('09:00');
  await form.getByLabel('Time zone').fill('America/New_York');
  await form.getByLabel('Room').selectOption('Room 12');
  await form.getByLabel('Repeats').selectOption('Every week');
  await form.getByLabel('Sessions').fill('4');
  await form.getByText('1 of 4 in conflict').waitFor();
  await form.getByText('The room Room 12 is taken: Radio drill').waitFor();
  await form.getByRole('button', { name: 'Save despite conflicts' }).click();
  await block(/^Night driving.*Tuesday 9 March, 10:00–11:00, 15:00–16:00 CET, Room 12/).waitFor();
  const planned = (await sessions('2027-03-01T00:00', '2027-04-15T00:00')).filter(({ title }) => title === 'Night driving');
  assert.deepEqual(planned.map(({ starts_at: at }) => new Date(at).toISOString().slice(0, 16)),
    ['2027-03-09T14:00', '2027-03-16T13:00', '2027-03-23T13:00', '2027-03-30T13:00']);
  await look(page, 'timetable-week');
});

test('one occurrence is moved with the keyboard, the others stay', async () => {
  await turn('Next week');
  const one = block(/^Night driving.*16 March, 09:00–10:00/);
  await one.focus();
  for (let quarter = 0; quarter < 6; quarter++) await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('Tuesday 16 March, 10:30: Enter moves it there').waitFor({ state: 'attached' });
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Move the session?' });
  await dialog.getByText('No conflict').waitFor();
  await look(page, 'timetable-move');
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await block(/^Night driving.*16 March, 10:30–11:30, 15:30–16:30 CET/).waitFor();
  await turn('Next week');
  await block(/^Night driving.*23 March, 09:00–10:00, 14:00–15:00 CET/).waitFor();
});

test('the same on the reader’s own clock, over the change of theirs', async () => {
  await page.getByLabel('Your clock').check();
  await block(/^Night driving.*23 March, 14:00–15:00, 09:00–10:00/).waitFor();
  await turn('Next week');
  await block(/^Night driving.*30 March, 15:00–16:00, 09:00–10:00/).waitFor();
  await turn('Previous week');
  await turn('Previous week');
  await block(/^Night driving.*16 March, 15:30–16:30, 10:30–11:30/).waitFor();
  await page.getByLabel('The academy’s clock').check();
});

test('a session is dragged to another day, and put back', async () => {
  const one = block(/^Radio drill.*16 March, 09:30–10:30/);
  await one.scrollIntoViewIfNeeded();
  const [from, to] = [await one.boundingBox(), await page.getByRole('region', { name: 'Thursday 18 March' }).boundingBox()];
  await page.mouse.move(from.x + 20, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 20, from.y + 40, { steps: 5 });
  await page.mouse.move(to.x + 20, from.y + 10);
  await page.mouse.up();
  await block(/^Radio drill.*18 March, 09:30–10:30/).waitFor();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await block(/^Radio drill.*16 March, 09:30–10:30/).waitFor();
});

test('one draws a session into the week, and leaves it', async () => {
  const friday = await page.getByRole('region', { name: 'Friday 19 March' }).boundingBox();
  const top = (await block(/^Radio drill/).boundingBox()).y;
  await page.mouse.move(friday.x + 20, top + 2);
  await page.mouse.down();
  await page.mouse.move(friday.x + 20, top + 85, { steps: 5 });
  await page.mouse.up();
  const form = page.locator('.editor');
  assert.equal(await form.getByLabel('Day', { exact: true }).inputValue(), '2027-03-19');
  assert.equal(await form.getByLabel('Time', { exact: true }).inputValue(), '09:30');
  assert.equal(await form.getByLabel('Minutes', { exact: true }).inputValue(), '90');
  await form.getByText('No conflict').waitFor();
  await look(page, 'timetable-editor');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('Give the class a title.').waitFor();
  await page.keyboard.press('Escape');
  await form.waitFor({ state: 'detached' });
});

test('one session is opened, changed, and cancelled', async () => {
  await block(/^Night driving.*16 March/).focus();
  await page.keyboard.press('Enter');
  await page.getByText('One of a series, changed').waitFor();
  await look(page, 'timetable-details');
  await turn('Edit');
  const form = page.locator('.editor');
  await form.getByLabel('Title').fill('Night driving, in rain');
  await form.getByText(/No conflict/).waitFor();
  await form.getByRole('button', { name: 'Save' }).click();
  await block(/^Night driving, in rain.*16 March, 10:30–11:30/).click();
  await turn('Cancel the session');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the session' }).click();
  await page.getByText('1 session is cancelled.').waitFor();
  await block(/^Night driving/).waitFor({ state: 'detached' });
  assert.equal((await sessions('2027-03-15T00:00', '2027-04-15T00:00')).filter(({ title }) => title === 'Night driving').length, 2);
});

test('the month, the list, and the filters', async () => {
  await turn('Month');
  await page.getByRole('button', { name: /^Night driving.*30 March/ }).waitFor();
  await look(page, 'timetable-month');
  await turn('List');
  await page.getByRole('heading', { name: 'Tuesday 16 March' }).waitFor();
  await look(page, 'timetable-list');
  await page.getByLabel('Course').selectOption('Verkeer en veiligheid');
  await page.getByRole('heading', { name: 'No session in this week' }).waitFor();
  await turn('Show all');
  await page.getByRole('button', { name: /^Radio drill/ }).waitFor();
  nothingWrong();
});

test('a calendar program follows a private address until it is revoked', async () => {
  await turn('Your calendar');
  await turn('Make an address');
  await turn('Copy the address: All my sessions');
  await look(page, 'timetable-calendar');
  const address = await page.evaluate(() => navigator.clipboard.readText());
  const path = new URL(address).pathname;
  assert.match(path, /\/feeds\/.+\.ics$/);
  const text = await (await fetch(server.origin + path)).text();
  assert.match(text, /^BEGIN:VCALENDAR/);
  await turn('Revoke: All my sessions');
  await page.getByLabel('All my sessions', { exact: true }).waitFor({ state: 'detached' });
  assert.equal((await fetch(server.origin + path)).status, 404);
  await page.keyboard.press('Escape');
  nothingWrong();
});

for (const [language, word] of [['es', 'Nueva sesión'], ['nl', 'Nieuwe sessie']]) {
  test(`in ${language}`, async () => {
    await planner.api('PATCH', 'me', { language });
    await page.reload();
    await page.getByRole('button', { name: word }).click();
    await page.locator('.editor .clashes').waitFor();
    await look(page, `timetable-${language}`);
    nothingWrong();
    quiet(page);
  });
}
