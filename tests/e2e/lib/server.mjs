// SPDX-License-Identifier: MIT
// A lecternd of its own for a test: its data folder, ports, log and sign-in links.

import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { paths } from './paths.mjs';

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function newDataFolder() {
  return mkdtempSync(join(tmpdir(), 'lectern-e2e-'));
}

/** Waits until `check` gives something; the error says what was waited for. */
export async function until(what, check, limit = 15000, every = 50) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

export function alive(pid) {
  try {
    process.kill(pid, 0);
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A running program one of whose arguments begins like this, or null. */
export function findProcess(program, argument) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (words[0].endsWith(program) && words.some((word) => word.startsWith(argument)) && alive(pid)) return Number(pid);
    } catch {
      // It ended while we looked.
    }
  }
  return null;
}

export class Server {
  constructor(name, { data, port, config } = {}) {
    Object.assign(this, { name, data: data ?? newDataFolder(), port, config, output: '' });
  }

  /** A configuration for a test: ports that are free, media on this machine alone. */
  async writeConfig(extra = '') {
    this.port ??= await freePort();
    const file = join(this.data, 'test.conf');
    writeFileSync(file, `http: { port = ${this.port}; web_client = "${join(paths.root, 'web-client/dist')}"; };\n` +
      `media: { workers = 1; port = 0; };\nrecorder: { grace = 5; };\n${extra}`);
    return file;
  }

  async start() {
    this.config ??= await this.writeConfig();
    const log = createWriteStream(join(paths.output, `${this.name}.server.log`), { flags: 'a' });
    this.child = spawn(paths.lecternd, ['--demo', '--config', this.config, '--data', this.data],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: paths.root });
    this.ended = once(this.child, 'exit').then(([code, signal]) => ({ code, signal }));
    this.output = '';
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (chunk) => {
        this.output += chunk;
        log.write(chunk);
      });
    }
    await until('the server to answer', async () => {
      if (this.child.exitCode !== null) throw new Error(`lecternd ended at once:\n${this.output}`);
      return fetch(`${this.origin}/healthz`).then((response) => response.ok, () => false);
    });
    return this;
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  /** The sign-in links that the server printed, by role. */
  async links() {
    return until('the sign-in links', () => {
      const found = [...this.output.matchAll(/(coordinator|instructor|trainee|administrator)\b[^\n]*?(https?:\/\/\S+\/signin\/\S+)/gi)];
      return found.length >= 4 && Object.fromEntries(found.map(([, role, link]) => [role.toLowerCase(), link]));
    });
  }

  secondTrainee() {
    return this.link('trainee2@windward.example');
  }

  /** A fresh sign-in link for somebody of the demo academy. */
  link(email) {
    const text = execFileSync(paths.lecternd, ['--config', this.config, '--data', this.data, '--link', email],
      { encoding: 'utf8', cwd: paths.root });
    return text.match(/https?:\/\/\S+/)[0];
  }

  /** The process of the recorder that serves this data folder, or null. */
  recorderPid() {
    return findProcess('lectern-recorder', this.data);
  }

  kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    return this.ended;
  }

  async stop() {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGINT');
      const ended = await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, 15000, null))]);
      if (!ended) {
        await this.kill();
        throw new Error('lecternd did not end within 15 s of SIGINT');
      }
      return ended;
    }
    return this.ended;
  }

  /** Ends what is left and removes the data. */
  async finish() {
    try {
      await this.stop();
    } finally {
      const recorder = this.recorderPid();
      if (recorder) process.kill(recorder, 'SIGKILL');
      if (existsSync(this.data)) rmSync(this.data, { recursive: true, force: true });
    }
  }
}
