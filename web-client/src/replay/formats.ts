// SPDX-License-Identifier: MIT
// Whether the browser has what a clip was recorded in.
import type { Clip } from "./timeline";

/** The containers and codecs of src/recorder/FORMAT.md; a browser that has the codec has these profiles. */
const TYPES: Record<string, string> = {
  opus: 'audio/webm; codecs="opus"',
  vp8: 'video/webm; codecs="vp8"',
  vp9: 'video/webm; codecs="vp09.00.31.08"',
  av1: 'video/webm; codecs="av01.0.08M.08"',
  h264: 'video/mp4; codecs="avc1.42E01F"',
};

export function canPlay(clip: Clip, element: HTMLMediaElement): boolean {
  const type = TYPES[clip.codec];
  return type === undefined || element.canPlayType(type) !== "";
}
