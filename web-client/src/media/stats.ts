// SPDX-License-Identifier: MIT
/*
 * What the link costs and whether pictures move, read from getStats. One reader for each peer.
 */

export interface LinkFigures {
  /** Both ways, over about the last ten seconds; what people pay for. */
  megabytesPerMinute: number;
  bytes: number;
}

interface Sample {
  at: number;
  bytes: number;
}

const WINDOW_MS = 10_000;

export class LinkMeter {
  #samples: Sample[] = [];

  add(report: ReadonlyMap<string, unknown>, now: number): LinkFigures {
    const bytes = totalBytes(report);
    const last = this.#samples.at(-1);
    if (last && bytes < last.bytes) this.#samples = []; // a new peer counts from zero
    this.#samples.push({ at: now, bytes });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { at: now, bytes };
    const minutes = (now - first.at) / 60_000;
    return { bytes, megabytesPerMinute: minutes > 0 ? (bytes - first.bytes) / 1e6 / minutes : 0 };
  }
}

interface Stat {
  type?: string;
  bytesSent?: number;
  bytesReceived?: number;
}

/** Chromium counts on the transport; Firefox has candidate pairs only. */
function totalBytes(report: ReadonlyMap<string, unknown>): number {
  const sum = (type: string) => {
    let bytes = 0;
    for (const stat of report.values() as IterableIterator<Stat>) {
      if (stat.type === type) bytes += (stat.bytesSent ?? 0) + (stat.bytesReceived ?? 0);
    }
    return bytes;
  };
  return sum("transport") || sum("candidate-pair");
}
