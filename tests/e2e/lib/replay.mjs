// SPDX-License-Identifier: MIT
// The replay page, as a person uses it.

import { until } from './server.mjs';

export class Replay {
  constructor(member) {
    Object.assign(this, { member, page: member.page });
  }

  async open(recording) {
    await this.page.goto(`${this.member.origin}${this.member.base}replay/${recording}`);
    await this.slider.waitFor();
    return this;
  }

  get slider() {
    return this.page.getByRole('slider', { name: 'Position' });
  }

  bar(name) {
    return this.page.getByRole('toolbar', { name: 'Playback' }).getByRole('button', { name });
  }

  async position() {
    return Number(await this.slider.inputValue());
  }

  async play() {
    await this.bar('Play').click();
    const begin = await this.position();
    await until('the replay to run', async () => (await this.position()) > begin + 300);
  }

  async pause() {
    await this.bar('Pause').click();
  }

  async seek(ms) {
    await this.slider.evaluate((input, value) => {
      input.value = value;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }, Math.round(ms / 1000) * 1000);
  }

  async speed(rate) {
    await this.bar(/^Speed/).click();
    await this.page.getByRole('menuitemradio', { name: `${rate}×`, exact: true }).click();
  }

  async tab(name) {
    await this.page.getByRole('tab', { name }).click();
  }

  chapter(name) {
    return this.page.getByRole('list', { name: 'Chapters' }).getByRole('button', { name });
  }
}
