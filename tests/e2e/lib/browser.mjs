// SPDX-License-Identifier: MIT
// Debian's browsers, with a file as camera and another as microphone, and the probes in every page.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

import { makeMedia, makeTall } from './media.mjs';
import { paths } from './paths.mjs';

const text = (name) => readFileSync(join(paths.here, 'lib', name), 'utf8');
const classic = (name) => text(name).replace(/^export /gm, '');
/** The probes with what they need, as one classic script. */
export const PROBE = `(() => {
${classic('frame-code.mjs')}
const LISTEN = ${JSON.stringify(`${classic('tone.mjs')}\n${text('listen.worklet.js')}`)};
${text('probe.page.js')}
})();`;

async function once_more(launch) {
  try {
    return await launch();
  } catch (error) {
    console.error(`a browser did not start, trying once more: ${error.message}`);
    return launch();
  }
}

/** A Chromium with one camera and one microphone for all its pages; `tall`: of 1280x720. */
export async function launchChromium(camera = 0, args = [], { tall = false } = {}) {
  const { video: usual, audio } = await makeMedia(camera);
  const video = tall ? await makeTall(camera) : usual;
  return once_more(() => chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required',
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${video}`, `--use-file-for-fake-audio-capture=${audio}`,
      '--allow-loopback-in-peer-connection', ...args,
    ],
  }));
}

/**
 * A page of its own context; what it logs and every uncaught error is in page.log. The ear of the probes
 * is a blob, which the product's policy forbids: pages that need no ear say `bypassCSP: false`.
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1024, height: 640 }, locale: 'en-GB', bypassCSP: true, ...options });
  await context.addInitScript({ content: PROBE });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.log = [];
  page.on('console', (message) => page.log.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => page.log.push(`uncaught: ${error.stack ?? error}`));
  return page;
}

export async function launchFirefox() {
  return once_more(() => puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    protocolTimeout: 90000,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'media.gmp-manager.updateEnabled': false,
      'intl.accept_languages': 'en-GB, en',
    },
  }));
}
