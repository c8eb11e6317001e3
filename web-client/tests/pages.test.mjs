// SPDX-License-Identifier: MIT
// The pages in a real browser: what they say, by keyboard and without a mouse, in four languages, and what axe finds
// wrong with them, light and dark, on a laptop and on a phone. With SHOTS=<folder> it leaves pictures there.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { after, before, beforeEach, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { makeRecording } from "./clips.mjs";
import { makeAcademy, startServer } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;
const VIEWS = [
  ["laptop", "light", { viewport: { width: 1366, height: 768 } }],
  ["phone", "dark", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
];

let server, browser, recording, context;
const clips = `${tmpdir()}/lectern-clips`;
const academy = {};

before(async () => {
  if (shots) mkdirSync(shots, { recursive: true });
  recording = await makeRecording(clips);
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
beforeEach(() => {
  for (const key of Object.keys(academy)) delete academy[key];
  Object.assign(academy, makeAcademy({ clips, recording }));
});

async function visit(path, options = {}) {
  context = await browser.newContext({ locale: "en-GB", timezoneId: "America/New_York", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(`the page threw: ${error.message}`));
  page.on("console", (line) => line.type() === "error" && /Content Security Policy/.test(line.text()) && assert.fail(line.text()));
  await page.goto(server.url + path);
  return page;
}

async function assertAccessible(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const words = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  assert.deepEqual(words, [], name);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name} is ${over} px wider than the window`);
}

const STATIONS = {
  welcome: ["/?link=expired", (page) => page.getByRole("alert").waitFor()],
  home: ["/u/1/", (page) => page.getByRole("link", { name: "Enter", exact: true }).waitFor()],
  "new-class": ["/u/1/", async (page) => {
    await page.getByRole("button", { name: "New class" }).click();
    await page.getByLabel("At a time").check();
    await page.getByRole("button", { name: "Plan the class" }).click();
    await page.getByText("Give the class a title.").waitFor();
  }],
  library: ["/u/1/library", (page) => page.getByRole("link", { name: "Watch Chain of custody" }).waitFor()],
  replay: ["/u/1/replay/r1?t=24s", async (page) => {
    await page.getByRole("button", { name: "Play recording" }).waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll("video")].filter((video) => video.readyState >= 2).length === 3);
  }],
  "replay-gap": ["/u/1/replay/r1?t=41s", (page) => page.getByText("Nothing was recorded here.").waitFor()],
  "replay-sealing": ["/u/1/replay/r4", (page) => page.getByRole("heading", { name: "The recording is being finished" }).waitFor()],
};

describe("pages", { timeout: 240_000 }, () => {
  for (const [size, colorScheme, options] of VIEWS) {
    for (const [name, [path, arrive]] of Object.entries(STATIONS)) {
      test(`${name}: ${size}, ${colorScheme}: nothing for axe to find`, async () => {
        const page = await visit(path, { ...options, colorScheme });
        await arrive(page);
        if (shots) await page.screenshot({ path: `${shots}/${name}-${size}-${colorScheme}.png` });
        await assertAccessible(page, name);
        await context.close();
      });
    }
  }

  test("home shows a class that opens without being loaded again", async () => {
    academy.sessions = [{ ...academy.sessions[1], state: "scheduled" }];
    const page = await visit("/u/1/");
    await page.locator("[data-state=scheduled]").waitFor();
    academy.sessions = [{ ...academy.sessions[0], state: "open", present: 3 }];
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.locator("[data-state=open]").waitFor();
    await page.getByText("3 people in class").waitFor();
    await context.close();
  });

  test("a trainee is offered no new class, and none to enter days before", async () => {
    Object.assign(academy, makeAcademy({ clips, recording, roles: ["trainee"] }));
    const page = await visit("/u/1/");
    await page.getByRole("link", { name: "Enter", exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "New class" }).count(), 0);
    assert.equal(await page.getByRole("link", { name: "Enter Alcohol and drugs in traffic" }).count(), 0);
    await context.close();
  });

  test("what failed can be tried again, and what was there stays", async () => {
    academy.broken = true;
    const page = await visit("/u/1/library");
    await page.getByRole("heading", { name: "Lectern did not start" }).waitFor();
    academy.broken = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("link", { name: "Watch Chain of custody" }).waitFor();
    academy.broken = true;
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.getByText("What you see may be out of date").waitFor();
    assert.equal(await page.getByRole("link", { name: "Watch Chain of custody" }).count(), 1);
    await context.close();
  });

  test("the language is changed by keyboard, kept by the server, and spoken at once", async () => {
    const page = await visit("/u/1/library");
    const menu = page.getByRole("button", { name: /^Settings of/ });
    await menu.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("n"); // Nederlands
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Bibliotheek" }).waitFor();
    assert.equal(await page.getAttribute("html", "lang"), "nl");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-haspopup")), "menu");
    await page.waitForFunction(async () => (await (await fetch("/u/1/api/v1/me")).json()).language === "nl");
    await context.close();
  });

  for (const [language, word] of [["es", "Inicio"], ["fr", "Accueil"], ["nl", "Start"]]) {
    test(`speaks the person's language: ${language}`, async () => {
      academy.person.language = language;
      const page = await visit("/u/1/", { viewport: { width: 390, height: 844 } });
      await page.getByRole("link", { name: word, exact: true }).waitFor();
      await page.locator("[data-session]").waitFor();
      if (shots) await page.screenshot({ path: `${shots}/home-phone-${language}.png` });
      await assertAccessible(page, language);
      await context.close();
    });
  }

  test("the browser's language speaks before one has signed in", async () => {
    const page = await visit("/", { locale: "fr-CA" });
    await page.getByRole("heading", { name: "Connectez-vous avec votre lien" }).waitFor();
    await context.close();
  });

  test("a class is planned, and opened at once, from the dialog", async () => {
    const page = await visit("/u/1/");
    await page.getByRole("button", { name: "New class" }).click();
    const dialog = page.getByRole("dialog", { name: "New class" });
    await dialog.getByRole("textbox", { name: "Title" }).fill("Radio discipline");
    await dialog.getByRole("combobox", { name: "Course" }).selectOption("Traffic law");
    await dialog.getByLabel("When the instructor starts it").check();
    await dialog.getByRole("button", { name: "Open the class" }).click();
    await page.waitForURL(/\/u\/1\/class\/n4$/);
    const made = academy.sessions.at(-1);
    assert.deepEqual([made.title, made.course.id, made.policy, made.length_min], ["Radio discipline", "k2", "on_demand", 60]);
    await context.close();
  });

  test("the dialog closes on Escape and gives the focus back", async () => {
    const page = await visit("/u/1/");
    await page.getByRole("button", { name: "New class" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "New class");
    await context.close();
  });

  test("the library is searched and filtered", async () => {
    const page = await visit("/u/1/library");
    await page.getByRole("searchbox", { name: "Search" }).fill("custody");
    await page.getByRole("link", { name: "Watch Securing the scene" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Watch Chain of custody" }).waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("no such thing");
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("combobox", { name: "State" }).selectOption("Being finished");
    assert.equal(await page.getByRole("link", { name: /^Watch/ }).count(), 1);
    await context.close();
  });

  test("an academy with nothing yet says so, without a fault for axe", async () => {
    Object.assign(academy, { sessions: [], recordings: [] });
    const page = await visit("/u/1/");
    await page.getByRole("heading", { name: "No class in the next seven days" }).waitFor();
    await assertAccessible(page, "empty home");
    await page.getByRole("link", { name: "Library" }).click();
    await page.getByRole("heading", { name: "No recordings yet" }).waitFor();
    await assertAccessible(page, "empty library");
    await context.close();
  });

  test("a recording that is being finished opens by itself", async () => {
    const page = await visit("/u/1/replay/r4");
    await page.getByRole("heading", { name: "The recording is being finished" }).waitFor();
    academy.recordings.find((one) => one.id === "r4").state = "ready";
    await page.getByRole("slider", { name: "Position" }).waitFor();
    await context.close();
  });
});
