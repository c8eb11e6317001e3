// SPDX-License-Identifier: MIT
// Clients of WHIP and WHEP by five independent stacks, behind one small interface: start(role, url,
// token), count() of what was seen so far, stop().
//
// A client that is a process prints one JSON object a line: `state` when its connection changes,
// `video` and `audio` for how many frames of picture and pieces of sound (that are not silence) it
// has seen. When its standard input ends it ends its session by DELETE and says `deleted`.

import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { paths } from '../../e2e/lib/paths.mjs';

const peers = join(dirname(fileURLToPath(import.meta.url)), '../peers');
const made = join(paths.build, 'test-interop');
/** Debian's own, for which its aiortc and GStreamer packages are. */
const PYTHON = '/usr/bin/python3';

/** Builds the Pion client from Debian's packages of Go sources: no download, no module cache. */
function buildPion() {
  const folder = join(made, 'go/src/lectern.interop/pion');
  const program = join(made, 'pion_peer');
  mkdirSync(folder, { recursive: true });
  cpSync(join(peers, 'pion'), folder, { recursive: true });
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: folder,
    env: { ...process.env, GO111MODULE: 'off', GOPATH: `${join(made, 'go')}:/usr/share/gocode`, GOCACHE: join(made, 'go-cache') },
    timeout: 400000,
  });
  return program;
}

/** What the Pion client sends: it has no encoder of its own. */
function makeClip() {
  const video = join(made, 'clip.ivf');
  const audio = join(made, 'clip.ogg');
  mkdirSync(made, { recursive: true });
  if (!existsSync(video) || !existsSync(audio)) {
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30', '-t', '4', '-c:v', 'libvpx',
      '-b:v', '800k', '-g', '30', '-deadline', 'realtime', '-cpu-used', '8', video]);
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', '4', '-c:a', 'libopus',
      '-b:a', '32k', '-page_duration', '20000', audio]);
  }
  return [video, audio];
}

class Process {
  constructor(name, command) {
    Object.assign(this, { name, command, seen: { video: 0, audio: 0 }, text: '' });
  }

  async start(role, url, token, ...more) {
    const { argv: [program, ...args], clip = [] } = this.command(role);
    const log = createWriteStream(join(paths.output, `interop-${this.name}-${role}.log`), { flags: 'a' });
    this.child = spawn(program, [...args, role, url, token, ...clip, ...more],
      { stdio: ['pipe', 'pipe', 'pipe'] });
    this.ended = once(this.child, 'exit');
    this.child.stdin.on('error', () => {});
    this.child.stderr.on('data', (chunk) => {
      this.text += chunk;
      log.write(chunk);
    });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      log.write(`${line}\n`);
      if (line.startsWith('{')) Object.assign(this.seen, JSON.parse(line));
    });
    return this;
  }

  async count() {
    if (this.child.exitCode !== null) throw new Error(`${this.name} ended:\n${this.text.slice(-2000)}`);
    return this.seen;
  }

  /** True: it ended its session by itself, as it should. */
  async stop() {
    if (!this.child) return false;
    this.child.stdin.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 8000);
    await this.ended;
    clearTimeout(timer);
    return Boolean(this.seen.deleted);
  }
}

/** Runs in the page. */
async function startInPage(role, url, token) {
  const pc = new RTCPeerConnection();
  const kinds = ['audio', 'video'];
  if (role === 'publish') {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360, frameRate: 30 } });
    for (const kind of kinds) pc.addTransceiver(stream.getTracks().find((track) => track.kind === kind), { direction: 'sendonly' });
  } else {
    for (const kind of kinds) pc.addTransceiver(kind, { direction: 'recvonly' });
    pc.ontrack = ({ track }) => {
      const element = document.body.appendChild(document.createElement(track.kind));
      element.srcObject = new MediaStream([track]);
      element.play();
    };
  }
  await pc.setLocalDescription();
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/sdp' };
  const answer = await fetch(url, { method: 'POST', headers, body: pc.localDescription.sdp });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const resource = new URL(answer.headers.get('Location'), url);
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  window.interop = { pc, end: () => fetch(resource, { method: 'DELETE', headers }).then((end) => end.ok) };
}

/** Runs in the page. */
async function countInPage() {
  const seen = { video: 0, audio: 0, state: window.interop.pc.connectionState };
  const stats = await window.interop.pc.getStats();
  for (const report of stats.values()) {
    if (report.type === 'inbound-rtp' && report.kind === 'video') {
      const codec = stats.get(report.codecId)?.mimeType;
      Object.assign(seen, { video: report.framesDecoded ?? 0, width: report.frameWidth, height: report.frameHeight, codec });
    } else if (report.type === 'inbound-rtp' && report.kind === 'audio' && report.totalAudioEnergy > 0) {
      seen.audio = Math.round((report.totalSamplesDuration ?? 0) * 50);
    }
  }
  return seen;
}

class Page {
  constructor(name, open) {
    Object.assign(this, { name, open });
  }

  async start(role, url, token) { // a browser offers every codec that it has
    this.page = await this.open();
    await this.page.goto(new URL('/healthz', url).href);
    await this.page.evaluate(`(${startInPage})(${JSON.stringify(role)}, ${JSON.stringify(url)}, ${JSON.stringify(token)})`);
    return this;
  }

  count() {
    return this.page.evaluate(`(${countInPage})()`);
  }

  async stop() {
    const deleted = await this.page?.evaluate('window.interop?.end() ?? false').catch(() => false);
    await this.page?.close();
    return Boolean(deleted);
  }
}

/** GStreamer alone, for tests that need no other. */
export function gstreamer() {
  return new Process('GStreamer', () => ({ argv: [PYTHON, join(peers, 'gst_peer.py')] }));
}

/** `browsers`: how to open a page of each. */
export function makeStacks({ chromium, firefox }) {
  const pion = buildPion();
  const clip = makeClip();
  return {
    Chromium: () => new Page('Chromium', chromium),
    Firefox: () => new Page('Firefox', firefox),
    GStreamer: gstreamer,
    Pion: () => new Process('Pion', (role) => ({ argv: [pion], clip: role === 'publish' ? clip : [] })),
    aiortc: () => new Process('aiortc', () => ({ argv: [PYTHON, join(peers, 'aiortc_peer.py')] })),
  };
}
