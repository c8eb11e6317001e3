// SPDX-License-Identifier: MIT
/*
 * Which codecs an offer has. Whoever sends names one and falls back to VP8; whoever receives takes
 * all that the server forwards, for others may send what they like: OBS sends H.264.
 *
 * The camera's codec is VP8 unless this browser has another in its local storage, under
 * "lectern.codec": VP8, H264, VP9 or AV1. VP9 and AV1 send one stream that holds all layers (SVC), where
 * the browser can; the others a stream for each (simulcast). It holds from the next connection on.
 *
 * Sound goes with a copy of the packet before it (RED, RFC 2198) between those who know that.
 */

/** As they are called in SDP. */
export const CAMERA_CODECS = ["VP8", "H264", "VP9", "AV1"] as const;
export type CameraCodec = (typeof CAMERA_CODECS)[number];

/** Three spatial layers, predicted from each other in keyframes only, of three temporal layers each. */
export const SVC_MODE = "L3T3_KEY";

const KEY = "lectern.codec";
const SOUND = ["audio/opus", "audio/red"];
const DESCRIPTOR = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

type Encoding = RTCRtpEncodingParameters & { scalabilityMode?: string };

/** What TypeScript's library does not know yet (WebRTC extensions, "RTP header extension control"). */
interface Extension {
  uri: string;
  direction: RTCRtpTransceiverDirection;
}
type Extensible = RTCRtpTransceiver & {
  getHeaderExtensionsToNegotiate?(): Extension[];
  setHeaderExtensionsToNegotiate?(extensions: Extension[]): void;
};

export function chosenCodec(): CameraCodec {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch {
    // no storage, no choice
  }
  return CAMERA_CODECS.find((codec) => codec === chosen) ?? "VP8";
}

/** Whether this browser can send such a camera in one stream with layers. */
export function sendsLayersInOne(codec: CameraCodec): boolean {
  if (codec !== "VP9" && codec !== "AV1") return false;
  const trial = new RTCPeerConnection();
  try {
    const encoding: Encoding = { scalabilityMode: SVC_MODE };
    const { sender } = trial.addTransceiver("video", { direction: "sendonly", sendEncodings: [encoding] });
    return (sender.getParameters().encodings[0] as Encoding | undefined)?.scalabilityMode === SVC_MODE;
  } catch {
    return false;
  } finally {
    trial.close();
  }
}

export function offerToSend(transceiver: RTCRtpTransceiver, medium: "audio" | "video", codec: CameraCodec = "VP8"): void {
  const known = RTCRtpSender.getCapabilities(medium)?.codecs ?? [];
  const video = [`video/${codec}`, "video/VP8", "video/rtx"];
  prefer(transceiver, known, medium === "audio" ? SOUND : video);
}

export function offerToReceive(transceiver: RTCRtpTransceiver, medium: "audio" | "video"): void {
  const known = RTCRtpReceiver.getCapabilities(medium)?.codecs ?? [];
  const video = [...CAMERA_CODECS.map((codec) => `video/${codec}`), "video/rtx"];
  prefer(transceiver, known, medium === "audio" ? SOUND : video);
  if (medium === "video") takeDescriptor(transceiver);
}

/** In the order of `wanted`. */
function prefer(transceiver: RTCRtpTransceiver, known: RTCRtpCodec[], wanted: string[]): void {
  const usable = known.filter(isForwarded);
  const preferred = wanted.flatMap((type) => usable.filter(({ mimeType }) => mimeType === type));
  if (preferred.length > 0) transceiver.setCodecPreferences?.(preferred);
}

/** Of codecs with profiles those that the server forwards. */
function isForwarded({ mimeType, sdpFmtpLine = "" }: RTCRtpCodec): boolean {
  const value = (name: string) => new RegExp(`(?:^|;)\\s*${name}=([^;\\s]+)`).exec(sdpFmtpLine)?.[1];
  if (mimeType === "video/VP9") return (value("profile-id") ?? "0") === "0";
  if (mimeType === "video/AV1") return (value("profile") ?? "0") === "0";
  if (mimeType !== "video/H264") return true;
  return value("packetization-mode") === "1" && /^(42|4d|64)/i.test(value("profile-level-id") ?? "42");
}

/**
 * The dependency descriptor tells a receiver of AV1 which spatial layers belong together: without it the
 * server sends the lowest alone. A browser that knows it does not offer to receive it by itself.
 */
function takeDescriptor(transceiver: Extensible): void {
  const extensions = transceiver.getHeaderExtensionsToNegotiate?.();
  if (!extensions?.some(({ uri }) => uri === DESCRIPTOR)) return;
  transceiver.setHeaderExtensionsToNegotiate?.(
    extensions.map((one) => (one.uri === DESCRIPTOR ? { ...one, direction: "sendrecv" } : one)),
  );
}
