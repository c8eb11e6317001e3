// SPDX-License-Identifier: MIT
// The replay in a real browser: sound and picture in step, seeking, gaps, speed, and what happens when a clip is not
// there. Needs ffmpeg, Chromium and a build. Positions are read from the media elements themselves.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { makeRecording } from "./clips.mjs";
import { makeAcademy, startServer } from "./server.mjs";

/** Lips and voice further apart than this are noticed. */
const IN_STEP_MS = 40;
const STRETCHES = 5;

let server, browser, academy;
before(async () => {
  assert.ok(existsSync(fileURLToPath(new URL("../dist/index.html", import.meta.url))), "run npm run build first");
  const clips = `${tmpdir()}/lectern-clips`;
  academy = makeAcademy({ clips, recording: await makeRecording(clips) });
  server = await startServer(academy);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
  });
});
after(async () => {
  await browser?.close();
  server?.close();
});

async function open(moment, prepare = async () => {}) {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 }, locale: "en-GB" });
  page.on("pageerror", (error) => assert.fail(`the page threw: ${error.message}`));
  await prepare(page);
  await page.goto(`${server.url}/u/1/replay/r1?t=${moment}`);
  return page;
}

async function play(page) {
  await page.getByRole("toolbar", { name: "Playback" }).getByRole("button", { name: "Play", exact: true }).click();
}

/** Resolves once every element that is shown or heard moves. */
function moving(page) {
  return page.waitForFunction(() => {
    const all = [...document.querySelectorAll("video, audio")];
    return all.length > 0 && all.every((element) => !element.paused && element.currentTime > 0 && element.readyState >= 3);
  });
}

/** Differences in ms of the listener's time between what is seen and the instructor's sound, for frames of `seconds` of playing, by clip. */
function differences(page, seconds) {
  return page.evaluate(async ([clips, ms]) => {
    const startOf = (element) => clips.find((clip) => element.src.endsWith(clip.file)).start_ms;
    const master = document.querySelector("audio[data-member=m1]");
    const rate = master.playbackRate;
    const found = {};
    const watch = (video) => {
      const list = (found[video.dataset.kind + " " + video.dataset.member] = []);
      const onFrame = (_now, frame) => {
        const heard = startOf(master) + master.currentTime * 1000 + (frame.expectedDisplayTime - performance.now()) * rate;
        list.push((startOf(video) + frame.mediaTime * 1000 - heard) / rate);
        video.requestVideoFrameCallback(onFrame);
      };
      video.requestVideoFrameCallback(onFrame);
    };
    document.querySelectorAll("video").forEach(watch);
    const others = [...document.querySelectorAll("audio")].filter((one) => one !== master);
    const end = performance.now() + ms;
    while (performance.now() < end) {
      for (const one of others) {
        const list = (found["mic " + one.dataset.member] ??= []);
        list.push((startOf(one) + one.currentTime * 1000 - startOf(master) - master.currentTime * 1000) / rate);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return found;
  }, [academy.recording.manifest.clips, seconds * 1000]);
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/**
 * Measures stretches of playing until one is in step: the first corrections take a second or two, and a machine that is
 * busy with other things needs more. What plays in step must also be there in all its frames, or nearly.
 */
async function assertInStep(page, seconds = 2) {
  let found, words;
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    found = await differences(page, seconds);
    words = Object.entries(found).map(([name, list]) => `${name}: ${list.length} samples, ${median(list)?.toFixed(1)} ms off`);
    console.log(`  ${words.join("; ")}`);
    if (Object.values(found).every((list) => list.length > 5 && Math.abs(median(list)) < IN_STEP_MS)) return found;
  }
  return assert.fail(`never in step: ${words.join("; ")}`);
}

const position = (page) => page.getByRole("slider", { name: "Position" }).inputValue().then(Number);

describe("replay", { timeout: 400_000 }, () => {
  test("screen, cameras and microphones play in step", async () => {
    const page = await open("21s");
    await play(page);
    await moving(page);
    const found = await assertInStep(page);
    assert.deepEqual(Object.keys(found).sort(), ["camera m1", "camera m2", "mic m2", "screen m1"]);
    await page.close();
  });

  test("they stay in step at double speed and after a jump", async () => {
    const page = await open("1s");
    await play(page);
    await page.keyboard.press(">");
    await page.keyboard.press(">");
    await page.keyboard.press(">");
    await page.keyboard.press(">");
    await page.getByRole("button", { name: "Speed: 2" }).waitFor();
    await page.getByRole("button", { name: /^Screen of/ }).click();
    await moving(page);
    await assertInStep(page, 2);
    await page.close();
  });

  test("a moment in the address is where it opens; keys move it", async () => {
    const page = await open("0m12s");
    await page.waitForFunction(() => document.querySelector("video[data-kind=screen]")?.readyState >= 2);
    assert.equal(await position(page), 12_000);
    await page.keyboard.press("ArrowRight");
    assert.equal(await position(page), 27_000);
    await page.keyboard.press("p");
    assert.equal(await position(page), 20_500);
    await page.keyboard.press("5");
    assert.equal(await position(page), 30_000);
    await page.keyboard.press("Home");
    assert.equal(await position(page), 0);
    await page.close();
  });

  test("plays on over a stretch in which nothing was recorded, and says so", async () => {
    const page = await open("39s");
    await play(page);
    await page.getByText("Nothing was recorded here.").waitFor();
    await moving(page);
    await page.waitForFunction(() => Number(document.querySelector(".scrubber-input").value) > 43_000);
    await assertInStep(page);
    await page.close();
  });

  test("ends, keeps the last picture, and starts again", async () => {
    const page = await open("58s");
    await play(page);
    const again = page.getByRole("button", { name: "Watch again" });
    await again.waitFor();
    assert.equal(await page.locator("video[data-kind=camera]").count(), 1);
    await again.click();
    await moving(page);
    assert.ok((await position(page)) < 5000);
    await page.close();
  });

  test("remembers the place for the next visit", async () => {
    const page = await open("30s");
    await page.waitForFunction(() => document.querySelector("video")?.readyState >= 2);
    await page.getByRole("link", { name: "Back to the library" }).click();
    await page.getByRole("link", { name: "Home" }).click();
    await page.getByRole("link", { name: "Continue Securing the scene" }).click();
    await page.waitForFunction(() => document.querySelector(".scrubber-input")?.value === "30000");
    await page.close();
  });

  test("a picture that cannot be fetched does not stop the rest", async () => {
    const page = await open("1s", (fresh) => fresh.route("**/c0002.webm", (route) => route.abort()));
    await play(page);
    await page.waitForFunction(() => Number(document.querySelector(".scrubber-input").value) > 2000, null, { timeout: 20_000 });
    await page.close();
  });

  test("waits in words while the sound has not come, and goes on when it does", async () => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    const page = await open("1s", (fresh) => fresh.route("**/c0001.webm", async (route) => {
      await held;
      await route.continue();
    }));
    await play(page);
    await page.getByText("Waiting for the recording…").waitFor();
    assert.equal(await position(page), 1000);
    release();
    await moving(page);
    await page.close();
  });
});
