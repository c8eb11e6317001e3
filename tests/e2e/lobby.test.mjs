// SPDX-License-Identifier: MIT
// Before class begins: hosts prepare, everybody else waits in the lobby, and is let in.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, newPage } from './lib/browser.mjs';
import { look, nothingWrong } from './lib/look.mjs';
import { Member } from './lib/member.mjs';
import { Server } from './lib/server.mjs';

let server;
let browsers;
let teacher;
let trainee;
let guest;

before(async () => {
  server = await new Server('lobby').start();
  browsers = await Promise.all([launchChromium(0), launchChromium(1)]);
  const links = await server.links();
  teacher = await new Member(await newPage(browsers[0])).signIn(links.instructor);
  trainee = await new Member(await newPage(browsers[1])).signIn(links.trainee);
  guest = new Member(await newPage(browsers[1]), 'Officer Brown');
});

after(async () => {
  for (const [name, member] of Object.entries({ teacher, trainee, guest })) await member?.keep(`lobby-${name}`);
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  await server?.finish();
});

async function plan(title, more) {
  const { courses } = await teacher.api('GET', 'courses');
  const body = { course: courses[0].id, title, length_min: 60, policy: 'never', despite: true, ...more };
  return teacher.api('POST', 'sessions', body);
}

/** Presses the button, and waits on that page. */
async function knock(member, session, words) {
  await member.openClass(session);
  await member.page.getByRole('button', { name: 'Enter class' }).click();
  await member.page.getByRole('heading', { name: words }).waitFor();
}

test('a class that is still to come: the host prepares, the others wait until it begins', async () => {
  const { id } = await plan('Early', { starts_at: Math.floor(Date.now() / 60000) * 60000 + 10 * 60000 });
  await knock(trainee, id, 'You will be let in automatically');
  await teacher.enter(id);
  await teacher.turn('Camera', true);
  await teacher.page.getByText('1 person waits.').waitFor();
  await teacher.panel('People');
  const lobby = teacher.page.getByRole('region', { name: 'In the lobby' });
  await lobby.getByText(trainee.name).waitFor();
  await teacher.page.getByRole('heading', { name: 'People: 1' }).waitFor();
  assert.equal(await lobby.getByRole('button').count(), 0, 'nobody is let in before it begins');
  await look(teacher.page, 'lobby-host');
  await look(trainee.page, 'lobby-waiting');

  await teacher.page.getByRole('button', { name: 'Begin class' }).click();
  await trainee.inClass();
  await trainee.sees(teacher.me.id);
  await lobby.waitFor({ state: 'detached' });
});

test('where each is let in, a trainee and a guest come in by hand', async () => {
  const session = await plan('By hand', { starts_at: 0, entry: 'approval' });
  const { link } = await teacher.api('POST', `sessions/${session.id}/guests`, { label: 'Visitors', max_uses: 1 });
  await teacher.enter(session.id);
  await knock(trainee, session.id, 'The instructor will let you in');
  await guest.page.goto(link);
  await guest.page.getByLabel('Your name').fill(guest.name);
  await guest.page.getByRole('button', { name: 'Go to the class' }).click();
  await guest.page.getByRole('button', { name: 'Enter class' }).click();
  await guest.page.getByRole('heading', { name: 'The instructor will let you in' }).waitFor();

  await teacher.page.getByText('2 people wait to be let in.').waitFor();
  await teacher.panel('People');
  await look(teacher.page, 'lobby-asking');
  await teacher.page.getByRole('button', { name: `Let in ${trainee.name}` }).click();
  await trainee.inClass();
  await guest.page.getByRole('heading', { name: 'The instructor will let you in' }).waitFor();
  await teacher.page.getByRole('button', { name: /^Let in Officer Brown/ }).click();
  await guest.inClass();
});

test('no page was too wide, and axe found nothing', () => nothingWrong());
