// SPDX-License-Identifier: MIT
// How the server starts, what it says when it cannot, and how it ends.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { paths } from './lib/paths.mjs';
import { Server, findProcess, freePort, newDataFolder, until } from './lib/server.mjs';

let folder;
let server;

before(async () => {
  folder = newDataFolder();
});

after(async () => {
  await server?.finish();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs lecternd until it ends by itself. */
async function runToEnd(args, options = {}) {
  const child = spawn(paths.lecternd, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: paths.root, ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += chunk; });
  const limit = setTimeout(() => child.kill('SIGKILL'), 10000);
  const [code, signal] = await once(child, 'close');
  clearTimeout(limit);
  return { code, signal, output };
}

/** It failed, with one line that a person can act on. */
function checkRefusal({ code, signal, output }, ...words) {
  assert.equal(signal, null, `did not end by itself:\n${output}`);
  assert.notEqual(code, 0, output);
  assert.equal(output.trim().split('\n').length, 1, `more than one line:\n${output}`);
  for (const word of words) assert.match(output, word);
}

async function configFile(name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function reachable(address, port) {
  const socket = connect(port, address);
  const answer = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false);
  socket.destroy();
  return answer;
}

const outside = () => Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

test('the first start makes the demo academy and prints four links that sign in', async () => {
  server = await new Server('startup').start();
  const links = await server.links();
  assert.deepEqual(Object.keys(links).sort(), ['administrator', 'coordinator', 'instructor', 'trainee']);
  for (const [role, link] of Object.entries(links)) {
    const answer = await fetch(link, { redirect: 'manual' });
    assert.equal(answer.status, 303);
    const cookie = answer.headers.get('set-cookie');
    assert.match(cookie, /HttpOnly/i);
    assert.match(cookie, /SameSite=Lax/i);
    const base = new URL(answer.headers.get('location'), link).pathname;
    const me = await fetch(`${server.origin}${base}api/v1/me`, { headers: { cookie: cookie.split(';')[0] } });
    assert.ok((await me.json()).roles.includes(role === 'administrator' ? 'admin' : role));
  }
});

test('a link that was made for one use is spent by it', async () => {
  const link = server.secondTrainee();
  const answers = [await fetch(link, { redirect: 'manual' }), await fetch(link, { redirect: 'manual' })];
  assert.deepEqual(answers.map((answer) => /link=expired/.test(answer.headers.get('location'))), [false, true]);
});

test('without a certificate it is reached from this machine only, and says so', async (t) => {
  assert.match(server.output, /localhost only|only .*localhost|this machine/i);
  const address = outside();
  if (!address) return t.skip('no other address here');
  assert.equal(await reachable('127.0.0.1', server.port), true);
  assert.equal(await reachable(address, server.port), false);
});

test('answers carry the headers that protect a browser', async () => {
  const { headers } = await fetch(`${server.origin}/`);
  assert.match(headers.get('content-security-policy'), /default-src 'none'/);
  assert.match(headers.get('content-security-policy'), /frame-ancestors 'none'/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
});

test('a second server on the same port says which port, and the first goes on', async () => {
  const data = join(folder, 'second');
  mkdirSync(data);
  checkRefusal(await runToEnd(['--demo', '--config', server.config, '--data', data]), new RegExp(String(server.port)), /in use/);
  assert.ok((await fetch(`${server.origin}/healthz`)).ok);
});

test('SIGINT ends it with 0, and the next start keeps the data', async () => {
  const cookies = await fetch((await server.links()).trainee, { redirect: 'manual' });
  const { code, signal } = await server.stop();
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
  assert.ok(cookies);
  await server.start();
  const links = await server.links();
  const signed = await fetch(links.instructor, { redirect: 'manual' });
  const base = new URL(signed.headers.get('location'), server.origin).pathname;
  const answer = await fetch(`${server.origin}${base}api/v1/courses`, { headers: { cookie: signed.headers.get('set-cookie').split(';')[0] } });
  assert.ok((await answer.json()).courses.length >= 1);
});

test('a data folder that cannot be used is named', async () => {
  const file = await configFile('in-the-way', 'a file\n');
  const config = await configFile('ok.conf', `http: { port = ${await freePort()}; };\n`);
  checkRefusal(await runToEnd(['--demo', '--config', config, '--data', file]), /in-the-way/);
  checkRefusal(await runToEnd(['--demo', '--config', config, '--data', '/proc/lectern']), /\/proc\/lectern/);
});

test('a broken configuration is named with its line', async () => {
  const cases = {
    'unknown.conf': ['http: {\n  port = 8080;\n  prot = 1;\n};\n', /unknown\.conf:3:.*prot/],
    'type.conf': ['http: {\n  port = "many";\n};\n', /type\.conf:2:.*port/],
    'range.conf': ['\nhttp: { port = 70000; };\n', /range\.conf:2:.*port/],
    'syntax.conf': ['http: {\n  port = ;\n};\n', /syntax\.conf:2:/],
  };
  for (const [name, [text, expected]] of Object.entries(cases)) {
    checkRefusal(await runToEnd(['--config', await configFile(name, text), '--data', join(folder, 'd')]), expected);
  }
  checkRefusal(await runToEnd(['--config', join(folder, 'gone.conf'), '--data', join(folder, 'd')]), /gone\.conf/);
});

function makeCertificate() {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { key, certificate };
}

test('with a certificate it serves TLS, and its cookies are Secure', async (t) => {
  const { key, certificate } = makeCertificate();
  const port = await freePort();
  const config = await configFile('tls.conf', `http: { address = "0.0.0.0"; port = ${port}; certificate = "${certificate}"; key = "${key}"; ` +
    `web_client = "${join(paths.root, 'web-client/dist')}"; };\nmedia: { workers = 1; port = 0; };\n`);
  const data = join(folder, 'tls');
  const child = spawn(paths.lecternd, ['--demo', '--config', config, '--data', data], { stdio: ['ignore', 'pipe', 'pipe'], cwd: paths.root });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += chunk; });
  const fetchTls = (url) => new Promise((resolve, reject) => get(url, { rejectUnauthorized: false }, (answer) => {
    answer.resume();
    resolve(answer);
  }).on('error', reject));
  const answer = await until('TLS to answer', () => fetchTls(`https://localhost:${port}/healthz`).catch(() => null));
  assert.equal(answer.statusCode, 200);
  const link = await until('the links', () => output.match(/https:\/\/\S+\/signin\/\S+/)?.[0]);
  const signed = await fetchTls(link.replace(/^https:\/\/[^/]+/, `https://localhost:${port}`));
  assert.match(signed.headers['set-cookie'][0], /Secure/i);
  const address = outside();
  if (address) assert.equal(await reachable(address, port), true);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('a certificate that is not there is named', async () => {
  const config = await configFile('nocert.conf', `http: { port = ${await freePort()}; certificate = "${folder}/none.pem"; key = "${folder}/none.key"; };\n`);
  checkRefusal(await runToEnd(['--config', config, '--data', join(folder, 'd')]), /none\.(pem|key)/);
});

test('make run serves, prints the links last, and Ctrl-C ends it with 0', async (t) => {
  const port = await freePort();
  const child = spawn('script', ['-qefc', `make run PORT=${port} DATA=${join(folder, 'run')} BUILD=${paths.build}`, '/dev/null'],
    { stdio: ['pipe', 'pipe', 'inherit'], cwd: paths.root });
  t.after(() => {
    child.kill('SIGKILL');
    const left = findProcess('lecternd', join(folder, 'run'));
    if (left) process.kill(left, 'SIGKILL');
  });
  let output = '';
  child.stdout.on('data', (chunk) => { output += chunk; });
  await until('make run to serve', () => fetch(`http://localhost:${port}/healthz`).then(({ ok }) => ok, () => false), 60000, 100);
  await until('four links at the end', () => (output.match(/\/signin\//g) ?? []).length === 4);
  assert.match(output.trim().split('\n').at(-1), /\/signin\//, `the last line is no link:\n${output}`);
  child.stdin.write('\x03');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, output);
  assert.doesNotMatch(output, /Error|Interrupt/);
});
