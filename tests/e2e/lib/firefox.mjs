// SPDX-License-Identifier: MIT
// A person with a page of Firefox. Puppeteer drives it, so what lib/member.mjs does is done here anew, as far as needed.

import { PROBE } from './browser.mjs';
import { until } from './server.mjs';

export class Fox {
  /** Signs in and enters a class; `scripts` run in each of its pages first. */
  async enter(browser, origin, link, session, ...scripts) {
    this.page = await browser.newPage();
    await this.page.setViewport({ width: 1366, height: 768 });
    for (const script of [PROBE, ...scripts]) await this.page.evaluateOnNewDocument(script);
    await this.page.goto(link);
    const base = new URL(this.page.url()).pathname.match(/^\/u\/\d+\//)[0];
    this.me = await this.page.evaluate((url) => fetch(url).then((answer) => answer.json()), `${base}api/v1/me`);
    await this.page.goto(`${origin}${base}class/${session}`);
    await this.press('Enter class');
    await until('Firefox to be in class', () => this.page.evaluate(() => Boolean(document.querySelector('[data-phase="in"]'))), 30000);
    return this;
  }

  /** Clicks what has this name, once it can be clicked. */
  press(name, role = 'button') {
    return until(`${role} ${name} in Firefox`, () => this.page.evaluate(([name, role]) => {
      const found = [...document.querySelectorAll(`${role}, [role="${role}"]`)].find((element) => (
        (element.getAttribute('aria-label') ?? element.textContent).trim() === name));
      if (!found || found.disabled || found.getAttribute('aria-disabled') === 'true') return false;
      found.click();
      return true;
    }, [name, role]));
  }

  /** Waits until a video has shown so many numbered frames. */
  async sees(selector, count) {
    await this.page.evaluate((selector) => lecternProbe.video('picture', selector), selector);
    return until(`${count} frames in Firefox`, async () => {
      const read = await this.page.evaluate(() => lecternProbe.read('picture'));
      return read.samples.length > count && read;
    }, 40000, 250);
  }
}
