// SPDX-License-Identifier: MIT
/*
 * The layers of a camera, lowest first: halves of the captured height, and no layer so small that
 * nobody could use it. The server forwards to each member the layer that fits. Either each is a stream
 * (simulcast), or one stream holds them (SVC); codecs.ts tells which.
 */
import { SVC_MODE } from "./codecs";

export const CAMERA = { width: 1280, height: 720, frames: 30 } as const;

export const SCREEN_FRAMES = 15;
export const SCREEN_BITRATE = 1_500_000;

const RIDS = ["l", "m", "h"];

/** Bits a second that a talking head of this height deserves. */
function bitrate(height: number): number {
  if (height <= 200) return 150_000;
  if (height <= 400) return 500_000;
  if (height <= 540) return 900_000;
  return 1_700_000;
}

function usefulLayers(height: number): number {
  if (height >= 600) return 3;
  return height >= 300 ? 2 : 1;
}

/**
 * The encodings for a camera of this height. `offered` is how many layers the offer has, once it is
 * made: those that are of no use are switched off.
 */
export function cameraLayers(height: number, offered?: number): RTCRtpEncodingParameters[] {
  // An offer has two layers at least: the camera may be changed for a better one.
  const count = offered ?? Math.max(2, usefulLayers(height));
  const useful = Math.min(count, usefulLayers(height));
  return RIDS.slice(0, count).map((rid, i) => {
    const scale = 2 ** Math.max(0, useful - 1 - i);
    return {
      rid,
      active: i < useful,
      scaleResolutionDownBy: scale,
      maxBitrate: bitrate(height / scale),
      maxFramerate: CAMERA.frames,
    };
  });
}

/** The only encoding of a camera whose layers are in one stream: the browser leaves out those of no use. */
export function cameraInOne(height: number): RTCRtpEncodingParameters {
  let bits = 0;
  for (let layer = 0; layer < usefulLayers(height); layer++) bits += bitrate(height / 2 ** layer);
  const encoding = { scalabilityMode: SVC_MODE, maxBitrate: bits, maxFramerate: CAMERA.frames };
  return encoding; // scalabilityMode is not in TypeScript's library yet
}
