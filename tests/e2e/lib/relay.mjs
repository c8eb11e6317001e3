// SPDX-License-Identifier: MIT
// A UDP way between a page and the server that loses media packets: the page is told of the relay's address
// instead of the server's. ICE, DTLS and RTCP pass, so that a test does not wait for their repetitions.

import { createSocket } from 'node:dgram';

/** RFC 7983: 128 to 191; RFC 5761 4: payload types 64 to 95 are RTCP. */
function isMedia(packet) {
  const type = packet[1] & 0x7f;
  return packet[0] >= 128 && packet[0] <= 191 && (type < 64 || type > 95);
}

export class Relay {
  #near = createSocket('udp4');
  #far = createSocket('udp4');
  #count = 0;
  lost = 0;

  /** Of `each` media packets to the page one is lost; 0: none. */
  constructor(each) {
    this.each = each;
    this.#near.on('message', (packet, page) => {
      this.page = page;
      if (this.server) this.#far.send(packet, this.server.port, this.server.address);
    });
    this.#far.on('message', (packet) => {
      if (this.each && isMedia(packet) && ++this.#count % this.each === 0) this.lost++;
      else this.#near.send(packet, this.page.port, this.page.address);
    });
  }

  /** All connections that the page makes from its next load on go this way. */
  async guide(page) {
    await new Promise((resolve) => this.#near.bind(0, '127.0.0.1', resolve));
    await page.exposeFunction('lecternRelay', (address, port) => {
      this.server = { address, port };
      return this.#near.address().port;
    });
    await page.addInitScript(() => {
      const set = RTCPeerConnection.prototype.setRemoteDescription;
      RTCPeerConnection.prototype.setRemoteDescription = async function guided({ type, sdp }) {
        const [, address, port] = / udp \d+ ([\d.]+) (\d+) typ host/.exec(sdp);
        const relay = await window.lecternRelay(address, Number(port));
        const line = `a=candidate:1 1 udp 1 127.0.0.1 ${relay} typ host`;
        const others = sdp.split('\r\n').filter((one) => !one.startsWith('a=candidate:'));
        others.splice(others.findIndex((one) => one.startsWith('a=ice-ufrag:')), 0, line);
        return set.call(this, { type, sdp: others.join('\r\n') });
      };
    });
  }

  close() {
    this.#near.close();
    this.#far.close();
  }
}
