// SPDX-License-Identifier: MIT
/*
 * The peer against a real browser: Chromium plays both ends on one page, the far end a plain
 * RTCPeerConnection in the place of the server. What the server itself does with the offer is proven by
 * the end-to-end tests.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Peer } from "./peer";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--autoplay-policy=no-user-gesture-required",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--allow-loopback-in-peer-connection",
];

const BLANK = `<!doctype html><title>peer</title>
  <script type="module">import { Peer } from "/src/media/peer.ts"; window.Peer = Peer;</script>`;

/** What the tests leave on the page between their steps. */
interface Ends {
  peer: Peer;
  far: RTCPeerConnection;
  states: string[];
  streams: Record<string, MediaStream>;
  negotiations: number;
  connected: (since?: number) => Promise<void>;
  until: (what: string, holds: () => Promise<boolean> | boolean) => Promise<void>;
  received: (mid: string) => Promise<number>;
  answer: (offer: string) => Promise<void>;
}
declare global {
  interface Window {
    Peer: typeof Peer;
    ends: Ends;
  }
}

describe.skipIf(!existsSync(CHROMIUM))("a peer in Chromium", () => {
  let vite: ViteDevServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    vite = await createServer({
      root,
      logLevel: "error",
      server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
    });
    await vite.listen();
    browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
    page = await browser.newPage();
    const url = new URL("/blank", vite.resolvedUrls?.local[0]).href;
    await page.route(url, (route) => route.fulfill({ contentType: "text/html", body: BLANK }));
    await page.goto(url);
    await page.waitForFunction(() => window.Peer);
    await page.evaluate(makeEnds);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await vite?.close();
  });

  it("offers what we send, in one codec, then the slots, in all that may come", async () => {
    const sdp = await page.evaluate(async () => window.ends.peer.offer());
    const sections = sdp.split(/^m=/m).slice(1);
    const shape = sections.map((one) => `${one.split(" ")[0]} ${/a=(sendonly|recvonly)/.exec(one)?.[1]}`);
    expect(shape).toEqual([
      ...["audio sendonly", "video sendonly", "video sendonly"],
      ...Array<string>(4).fill("audio recvonly"),
      ...Array<string>(9).fill("video recvonly"),
    ]);
    expect(sections[1]).toMatch(/a=simulcast:send l;m;h/);
    expect(sections[2]).not.toMatch(/a=simulcast/);
    const codecs = (section = "") => new Set([...section.matchAll(/^a=rtpmap:\d+ (\S+?)\//gm)].map((match) => match[1]));
    expect(codecs(sections[0])).toEqual(new Set(["opus", "red"]));
    for (const camera of [1, 2]) expect(codecs(sections[camera])).toEqual(new Set(["VP8", "rtx"]));
    expect(codecs(sections[3])).toEqual(new Set(["opus", "red"]));
    for (const slot of sections.slice(7)) {
      expect(codecs(slot)).toEqual(new Set(["VP8", "VP9", "AV1", "H264", "rtx"]));
      expect(slot).not.toMatch(/profile-id=[1-9]|[; ]profile=[1-9]|packetization-mode=0/);
      expect(slot).toMatch(/dependency-descriptor/);
    }
    expect(sdp).toMatch(/useinbandfec=1/);
    expect(sdp.length).toBeLessThan(60_000); // the schema's limit is 100000
  });

  it("sends another codec if it is told to, its layers in one stream where that is usual", async () => {
    const offers = await page.evaluate(async () => {
      const offer = async (cameraCodec: "VP9" | "AV1" | "H264") => {
        const nothing = { state: () => {}, stream: () => {} };
        const peer = new window.Peer({ audioSlots: 1, videoSlots: 1, cameraHeight: 720, cameraCodec, ...nothing });
        const sdp = await peer.offer();
        const [encoding] = peer.connection.getTransceivers()[1]!.sender.getParameters().encodings;
        peer.close();
        return { camera: sdp.split(/^m=/m)[2] ?? "", mode: (encoding as { scalabilityMode?: string }).scalabilityMode };
      };
      return { VP9: await offer("VP9"), AV1: await offer("AV1"), H264: await offer("H264") };
    });
    for (const [codec, { camera, mode }] of Object.entries(offers)) {
      expect(/^a=rtpmap:\d+ (\S+?)\//m.exec(camera)?.[1]).toBe(codec);
      expect(camera).toMatch(/VP8/); // if the server knows no other
      expect(/a=simulcast/.test(camera)).toBe(codec === "H264");
      expect(mode).toBe(codec === "H264" ? undefined : "L3T3_KEY");
    }
  });

  it("connects, and keeps what belongs together in one stream", async () => {
    const together = await page.evaluate(async () => {
      const { ends } = window;
      await ends.answer(await ends.peer.offer());
      await ends.connected();
      return ends.streams["audio 0"] === ends.streams["video 1"] && ends.streams["audio 1"] !== ends.streams["audio 0"];
    });
    expect(together).toBe(true);
    const shown = await page.evaluate(async () => {
      const video = document.createElement("video");
      video.muted = true;
      video.srcObject = window.ends.streams["video 1"] ?? null;
      await video.play();
      await window.ends.until("a frame", () => video.videoWidth > 0);
      return video.videoWidth;
    });
    expect(shown).toBe(320);
  });

  it("turns microphone, camera and screen on and off without another offer", async () => {
    const quietBefore = await page.evaluate(async () => {
      const { peer, received, until } = window.ends;
      const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } });
      const [mic, camera] = [media.getAudioTracks()[0]!, media.getVideoTracks()[0]!];
      const quietBefore = (await received("0")) + (await received("1"));
      await peer.send("mic", mic);
      await peer.send("camera", camera);
      await until("sound", async () => (await received("0")) > 500);
      await until("picture", async () => (await received("1")) > 5000);
      await peer.send("screen", camera.clone());
      await until("screen", async () => (await received("2")) > 5000);
      await peer.send("camera", null);
      // What was on its way still comes; then nothing.
      let last = -1;
      await until("silence", async () => last === (last = await received("1")));
      return quietBefore;
    });
    expect(quietBefore).toBe(0);
    expect(await page.evaluate(() => window.ends.negotiations)).toBe(1);
  }, 30_000);

  it("restarts ICE on the same association", async () => {
    const ufrags = await page.evaluate(async () => {
      const { ends } = window;
      const ufrag = () => /a=ice-ufrag:(\S+)/.exec(ends.peer.connection.localDescription?.sdp ?? "")?.[1];
      const print = () => /a=fingerprint:(.+)/.exec(ends.peer.connection.localDescription?.sdp ?? "")?.[1];
      const before = { ufrag: ufrag(), print: print() };
      await ends.answer(await ends.peer.restart());
      await ends.until("connected again", () => ends.peer.connection.iceConnectionState === "connected");
      return { before, after: { ufrag: ufrag(), print: print() } };
    });
    expect(ufrags.after.ufrag).not.toBe(ufrags.before.ufrag);
    expect(ufrags.after.print).toBe(ufrags.before.print);
  });
});

/** Runs on the page. */
function makeEnds(): void {
  const far = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  const ends: Ends = {
    far,
    states: [],
    streams: {},
    negotiations: 0,
    peer: new window.Peer({
      audioSlots: 4,
      videoSlots: 9,
      cameraHeight: 720,
      cameraCodec: "VP8",
      state: (state) => ends.states.push(state),
      stream: (medium, slot, stream) => (ends.streams[`${medium} ${slot}`] = stream),
    }),
    connected: () => ends.until("connected", () => ends.peer.connection.connectionState === "connected"),
    async until(what, holds) {
      for (const began = performance.now(); !(await holds());) {
        if (performance.now() - began > 10_000) throw new Error(`no ${what} within 10 s`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    async received(mid) {
      let bytes = 0;
      for (const stat of (await far.getStats()).values() as Iterable<{
        type: string;
        mid?: string;
        bytesReceived: number;
      }>) {
        if (stat.type === "inbound-rtp" && stat.mid === mid) bytes += stat.bytesReceived;
      }
      return bytes;
    },
    async answer(offer) {
      ends.negotiations++;
      await far.setRemoteDescription({ type: "offer", sdp: offer });
      if (ends.negotiations === 1) fillSlots();
      await far.setLocalDescription(await far.createAnswer());
      await new Promise<void>((resolve) => {
        if (far.iceGatheringState === "complete") resolve();
        far.onicegatheringstatechange = () => far.iceGatheringState === "complete" && resolve();
      });
      await ends.peer.answer(far.localDescription?.sdp ?? "");
    },
  };
  ends.peer.connection.onicecandidate = ({ candidate }) =>
    candidate && void far.addIceCandidate(candidate).catch(() => {});
  window.ends = ends;

  /** A moving picture in video slot 1 and a tone in audio slot 0, of one stream; another tone in slot 1. */
  function fillSlots(): void {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const pen = canvas.getContext("2d")!;
    setInterval(() => {
      pen.fillStyle = `hsl(${performance.now() / 10} 80% 50%)`;
      pen.fillRect(0, 0, 320, 180);
    }, 50);
    const context = new AudioContext();
    const tone = () => {
      const [oscillator, out] = [context.createOscillator(), context.createMediaStreamDestination()];
      oscillator.connect(out);
      oscillator.start();
      return out.stream.getAudioTracks()[0]!;
    };
    const teacher = new MediaStream();
    const put = (mid: string, track: MediaStreamTrack, stream: MediaStream) => {
      const place = far.getTransceivers().find((one) => one.mid === mid)!;
      place.direction = "sendonly";
      place.sender.setStreams(stream);
      void place.sender.replaceTrack(track);
    };
    put("3", tone(), teacher);
    put("8", canvas.captureStream(20).getVideoTracks()[0]!, teacher);
    put("4", tone(), new MediaStream());
  }
}
