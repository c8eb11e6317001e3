// SPDX-License-Identifier: MIT
// Which parts of a recording were really played, told to the server from time to time: it counts as attendance.
export type Range = readonly [from: number, to: number];

/** A step of the position by more than this, or back, is a seek and not playing. Milliseconds of the recording. */
const STEP_MS = 2000;
/** Shorter parts are not worth telling. */
const LEAST_MS = 1000;
const MOST_RANGES = 64;

export class Watching {
  #done: Range[] = [];
  #from = 0;
  #to = 0;

  /** A few times a second, while it plays. */
  note(position: number): void {
    const step = position - this.#to;
    if (step < 0 || step > STEP_MS) {
      this.#close();
      this.#from = position;
    }
    this.#to = position;
  }

  /** What was played since the last time; empties it. */
  take(): Range[] {
    this.#close();
    this.#from = this.#to;
    const ranges = this.#done.slice(-MOST_RANGES);
    this.#done = [];
    return ranges;
  }

  /** It could not be told: the next time is another chance. */
  putBack(ranges: readonly Range[]): void {
    this.#done = [...ranges, ...this.#done].slice(-MOST_RANGES);
  }

  #close(): void {
    if (this.#to - this.#from >= LEAST_MS) this.#done.push([Math.floor(this.#from), Math.floor(this.#to)]);
  }
}
