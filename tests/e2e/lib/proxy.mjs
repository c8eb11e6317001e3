// SPDX-License-Identifier: MIT
// A TCP wire between a browser and the server, which can be cut or go silent. Media does not pass here.

import { connect, createServer } from 'node:net';

export async function startProxy(targetPort) {
  const pairs = new Set();
  let state = 'open';
  const server = createServer((near) => {
    if (state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    const pair = [near, far];
    pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
      from.pipe(to);
      if (state === 'silent') from.pause();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    /** Every connection is reset, and every new one too. */
    cut() {
      state = 'cut';
      for (const [near, far] of pairs) {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    },
    /** Nothing passes any more, and nobody is told. */
    silence() {
      state = 'silent';
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.pause();
        far.pause();
      }
    },
    /** Old connections that were silenced stay dead, new ones pass. */
    restore() {
      state = 'open';
    },
    close() {
      this.cut();
      server.close();
    },
  };
}
