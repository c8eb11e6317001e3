// SPDX-License-Identifier: MIT
// A person with a page: signs in, enters a class and does what a person does there, by what the page
// says to people (roles and names), never by its inner workings.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { paths } from './paths.mjs';
import { until } from './server.mjs';

export class Member {
  constructor(page, name) {
    Object.assign(this, { page, name });
  }

  /** `origin` other than the link's: through a proxy. */
  async signIn(link, origin) {
    const url = new URL(link);
    this.origin = origin ?? url.origin;
    await this.page.goto(this.origin + url.pathname);
    await this.page.waitForURL(/\/u\/\d+\//);
    this.base = new URL(this.page.url()).pathname.match(/^\/u\/\d+\//)[0];
    this.me = await this.api('PATCH', 'me', { language: 'en' });
    await this.page.reload();
    this.name = this.me.name;
    return this;
  }

  async api(method, path, body) {
    const answer = await this.page.evaluate(async ([method, url, body]) => {
      const response = await fetch(url, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      });
      return { status: response.status, body: await response.text() };
    }, [method, `${this.base}api/v1/${path}`, body]);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body ? JSON.parse(answer.body) : null;
  }

  /** Opens an instant class and returns its session. */
  async newClass(title, policy = 'always') {
    const { courses } = await this.api('GET', 'courses');
    return this.api('POST', 'sessions', { course: courses[0].id, title, starts_at: 0, length_min: 60, policy });
  }

  async openClass(session) {
    await this.page.goto(`${this.origin}${this.base}class/${session}`);
    await this.page.getByRole('button', { name: 'Enter class' }).waitFor();
  }

  async enter(session) {
    await this.openClass(session);
    await this.page.getByRole('button', { name: 'Enter class' }).click();
    await this.inClass();
    return this;
  }

  async inClass(limit = 20000) {
    await this.page.locator('[data-phase="in"]').waitFor({ timeout: limit });
  }

  control(name) {
    return this.page.getByRole('toolbar', { name: 'Class controls' }).getByRole('button', { name, exact: true });
  }

  async isOn(name) {
    return (await this.control(name).getAttribute('aria-pressed')) === 'true';
  }

  async turn(name, on) {
    await until(`${name} to be usable`, async () => (await this.control(name).getAttribute('aria-disabled')) !== 'true');
    const done = async () => (await this.isOn(name)) === on;
    // A device that is still opening comes on by itself: to press then would turn it off.
    await until(name, done, 2000).catch(() => this.control(name).click());
    await until(`${name} to be ${on ? 'on' : 'off'}`, done);
  }

  async panel(name) {
    const button = this.control(name);
    if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  }

  /** A host's action on somebody, from the people list. */
  async actOn(name, action) {
    await this.panel('People');
    await this.page.getByRole('button', { name: `Actions for ${name}` }).click();
    await this.page.getByRole('menuitem', { name: action, exact: true }).click();
  }

  person(id) {
    return this.page.locator(`[data-person="${id}"]`);
  }

  async say(text) {
    await this.panel('Chat');
    await this.page.getByRole('textbox', { name: 'Message to everybody' }).fill(text);
    await this.page.getByRole('button', { name: 'Send' }).click();
  }

  async read(text) {
    await this.panel('Chat');
    await this.page.getByRole('log', { name: 'Chat' }).getByText(text).waitFor();
  }

  videoOf(member, kind = 'camera') {
    return `video[data-member="${member}"][data-kind="${kind}"]`;
  }

  watch(name, what) {
    return this.page.evaluate(([name, what]) => lecternProbe.video(name, what), [name, what]);
  }

  listen(name, what) {
    return this.page.evaluate(([name, what]) => lecternProbe.audio(name, what), [name, what]);
  }

  probe(name) {
    return this.page.evaluate((name) => lecternProbe.read(name), name);
  }

  clear(...names) {
    return this.page.evaluate((names) => names.forEach((name) => lecternProbe.clear(name)), names);
  }

  /** Waits until a video of a member shows numbered frames of a camera. */
  async sees(member, kind = 'camera', limit = 20000) {
    const name = `seen ${member} ${kind}`;
    await this.watch(name, this.videoOf(member, kind));
    return until(`${this.name} to see the ${kind} of ${member}`, async () => {
      const { samples } = await this.probe(name);
      return samples.length >= 5 && samples;
    }, limit).finally(() => this.page.evaluate((name) => lecternProbe.stop(name), name));
  }

  stats(type, kind) {
    return this.page.evaluate(([type, kind]) => lecternProbe.stats(type, kind), [type, kind]);
  }

  async total(type, kind, field) {
    return (await this.stats(type, kind)).reduce((sum, entry) => sum + (entry[field] ?? 0), 0);
  }

  /** Leaves behind what the page looked like and what it said, for those who look into a failure. */
  async keep(name) {
    const file = join(paths.output, name);
    await this.page.screenshot({ path: `${file}.png` }).catch(() => {});
    writeFileSync(`${file}.log`, `${this.page.log.join('\n')}\n`);
  }

  async close() {
    await this.page.context().close();
  }
}
