// SPDX-License-Identifier: MIT
// Runs in the page before its own scripts: keeps a hand on what the page opens, and measures what its
// elements show and sound. Times are milliseconds since 1970, so that pages can be compared.
/* global decodeLevels, blockLevels, BLOCKS, ROW, LISTEN */
(() => {
  const held = { peers: [], sockets: [], streams: [], players: [] };
  const keep = (name, list) => {
    const Original = window[name];
    if (!Original) return;
    window[name] = new Proxy(Original, {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget);
        list.push(made);
        return made;
      },
    });
  };
  keep('RTCPeerConnection', held.peers);
  keep('WebSocket', held.sockets);
  const createElement = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = createElement(name, options);
    if (element instanceof HTMLMediaElement) held.players.push(element);
    return element;
  };
  const devices = navigator.mediaDevices;
  if (devices) {
    const getUserMedia = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      held.streams.push(stream);
      return stream;
    };
  }

  const now = () => performance.timeOrigin + performance.now();
  /** A selector; or "@mic": the microphone as the page opened it; or "@c0001.webm": what plays that file. */
  const find = (what) => {
    if (!what.startsWith('@')) return document.querySelector(what);
    if (what !== '@mic') return held.players.findLast(({ src }) => src.endsWith(what.slice(1)));
    return held.streams.findLast((stream) => stream.getAudioTracks().some(({ readyState }) => readyState === 'live'));
  };

  class VideoProbe {
    constructor(what) {
      this.what = what;
      this.samples = [];
      this.unread = 0;
      this.canvas = document.createElement('canvas');
      this.canvas.width = BLOCKS * 8;
      this.canvas.height = 8;
      this.context = this.canvas.getContext('2d', { willReadFrequently: true });
      this.timer = setInterval(() => this.follow(), 100);
      this.follow();
    }

    follow() {
      const element = find(this.what);
      if (element !== this.element) {
        this.element = element;
        if (element) element.requestVideoFrameCallback((_, frame) => this.see(element, frame));
      }
      // A picture that stands still may have been drawn before we came: no callback tells of it any more.
      if (element?.paused && !element.seeking && element.readyState >= 2) {
        this.look(element, { presentationTime: performance.now(), mediaTime: element.currentTime });
      }
    }

    see(element, frame) {
      if (element !== this.element) return;
      this.look(element, frame);
      element.requestVideoFrameCallback((_, next) => this.see(element, next));
    }

    look(element, frame) {
      const { videoWidth: width, videoHeight: height } = element;
      const { width: w, height: h } = this.canvas;
      this.context.drawImage(element, 0, 0, width, height * ROW, 0, 0, w, h);
      const code = decodeLevels(blockLevels(this.context.getImageData(0, 0, w, h).data, w, h, w * 4, 4));
      if (code) {
        this.samples.push({ ...code, at: performance.timeOrigin + frame.presentationTime, media: frame.mediaTime, width, height });
      } else {
        this.unread++;
      }
    }

    stop() {
      clearInterval(this.timer);
      this.element = null;
    }
  }

  class AudioProbe {
    constructor(what) {
      this.what = what;
      this.envelope = [];
      this.bursts = [];
      this.offset = Infinity;
      this.ready = this.start();
    }

    async start() {
      this.context = new AudioContext({ sampleRate: 48000 });
      await this.context.audioWorklet.addModule(URL.createObjectURL(new Blob([LISTEN], { type: 'text/javascript' })));
      this.node = new AudioWorkletNode(this.context, 'listen', { channelCount: 1, channelCountMode: 'explicit' });
      const silent = new GainNode(this.context, { gain: 0 });
      this.node.connect(silent).connect(this.context.destination);
      this.node.port.onmessage = ({ data }) => this.hear(data);
      this.timer = setInterval(() => this.follow(), 100);
      this.follow();
    }

    follow() {
      const found = find(this.what);
      const stream = found instanceof HTMLMediaElement ? (found.srcObject ?? this.captured(found)) : found;
      const track = stream?.getAudioTracks()[0];
      if (track === this.track) return;
      this.source?.disconnect();
      this.source = null;
      this.track = track;
      if (track) {
        this.source = this.context.createMediaStreamSource(new MediaStream([track]));
        this.source.connect(this.node);
      }
    }

    captured(element) {
      if (this.element !== element) {
        this.element = element;
        this.capture = element.captureStream();
      }
      return this.capture;
    }

    /** Messages come late, never early: the smallest difference is the clocks' true one. */
    hear({ end, levels, step, bursts }) {
      this.offset = Math.min(this.offset, now() - end * 1000);
      for (const [index, rms] of levels.entries()) this.envelope.push({ context: end - (levels.length - index) * step, rms });
      this.bursts.push(...bursts);
    }

    read() {
      const at = (context) => context * 1000 + this.offset;
      return {
        envelope: this.envelope.map(({ context, rms }) => ({ at: at(context), rms })),
        bursts: this.bursts.map(({ begin, index }) => ({ at: at(begin), index })),
      };
    }

    stop() {
      clearInterval(this.timer);
      this.context.close();
    }
  }

  const probes = new Map();
  window.lecternProbe = {
    held,
    video(name, what) {
      probes.get(name)?.stop();
      probes.set(name, new VideoProbe(what));
    },
    async audio(name, what) {
      probes.get(name)?.stop();
      const probe = new AudioProbe(what);
      probes.set(name, probe);
      await probe.ready;
    },
    read(name) {
      const probe = probes.get(name);
      if (probe instanceof AudioProbe) return probe.read();
      return { samples: probe.samples, unread: probe.unread };
    },
    clear(name) {
      const probe = probes.get(name);
      Object.assign(probe, probe instanceof AudioProbe ? { envelope: [], bursts: [] } : { samples: [], unread: 0 });
    },
    stop(name) {
      probes.get(name)?.stop();
      probes.delete(name);
    },
    /** Sum over the connections of a figure of their statistics. */
    async stats(type, kind) {
      const found = [];
      for (const peer of held.peers.filter(({ connectionState }) => connectionState !== 'closed')) {
        for (const entry of (await peer.getStats()).values()) {
          if (entry.type === type && (!kind || entry.kind === kind)) found.push({ ...entry });
        }
      }
      return found;
    },
  };
})();
