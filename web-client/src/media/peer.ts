// SPDX-License-Identifier: MIT
/*
 * One RTCPeerConnection, made of one offer: what we send (microphone, camera, screen), then a fixed
 * number of receiving slots. The server answers once. Mute, share, joins and speaker changes happen
 * by replacing tracks here and by switching slots there: never by another offer. Only ICE restarts
 * make one.
 *
 * Layer heights and bit rates of the camera: see layers.ts.
 */
import type { Kind, PeerState } from "../room/port";
import { cameraLayers, SCREEN_BITRATE, SCREEN_FRAMES } from "./layers";

export interface PeerOptions {
  audioSlots: number;
  videoSlots: number;
  /** Height that the camera gives, or is expected to give. */
  cameraHeight: number;
  state(state: PeerState): void;
  /** A receiving slot has its stream; audio and video that belong together come in the same one. */
  stream(medium: "audio" | "video", slot: number, stream: MediaStream): void;
}

export class Peer {
  readonly connection: RTCPeerConnection;
  readonly #up: Record<Kind, RTCRtpTransceiver>;
  readonly #down = new Map<RTCRtpTransceiver, { medium: "audio" | "video"; slot: number }>();

  constructor(private readonly options: PeerOptions) {
    // The server is ICE-lite with a public address: it finds us by our checks, so no STUN, no TURN.
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.connection = pc;
    this.#up = {
      mic: this.#add("audio", { direction: "sendonly" }),
      camera: this.#add("video", { direction: "sendonly", sendEncodings: cameraLayers(options.cameraHeight) }),
      screen: this.#add("video", {
        direction: "sendonly",
        sendEncodings: [{ maxBitrate: SCREEN_BITRATE, maxFramerate: SCREEN_FRAMES }],
      }),
    };
    for (const medium of ["audio", "video"] as const) {
      const count = medium === "audio" ? options.audioSlots : options.videoSlots;
      for (let slot = 0; slot < count; slot++) {
        this.#down.set(this.#add(medium, { direction: "recvonly" }), { medium, slot });
      }
    }
    pc.addEventListener("track", (event) => this.#track(event));
    pc.addEventListener("connectionstatechange", () => this.#stateChanged());
  }

  async offer(): Promise<string> {
    return this.#describe(await this.connection.createOffer());
  }

  async restart(): Promise<string> {
    return this.#describe(await this.connection.createOffer({ iceRestart: true }));
  }

  async answer(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: "answer", sdp });
  }

  /** What `kind` sends from now on; null: nothing. */
  async send(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    const { sender } = this.#up[kind];
    if (track && kind === "camera") await this.#fitLayers(sender, track);
    if (track && kind === "screen") await preferSharpness(sender);
    await sender.replaceTrack(track);
  }

  close(): void {
    this.connection.close();
  }

  #add(medium: "audio" | "video", init: RTCRtpTransceiverInit): RTCRtpTransceiver {
    const transceiver = this.connection.addTransceiver(medium, init);
    preferCodecs(transceiver, medium);
    return transceiver;
  }

  async #describe(offer: RTCSessionDescriptionInit): Promise<string> {
    await this.connection.setLocalDescription(offer);
    return offer.sdp ?? "";
  }

  #track({ transceiver, streams, track }: RTCTrackEvent): void {
    const place = this.#down.get(transceiver);
    if (place) this.options.stream(place.medium, place.slot, streams[0] ?? new MediaStream([track]));
  }

  #stateChanged(): void {
    const states: Partial<Record<RTCPeerConnectionState, PeerState>> = {
      connecting: "connecting",
      connected: "connected",
      disconnected: "weak",
      failed: "failed",
    };
    const state = states[this.connection.connectionState];
    if (state) this.options.state(state);
  }

  /** The offer fixed how many layers there are; the camera at hand decides which are of use. */
  async #fitLayers(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
    const parameters = sender.getParameters();
    const height = track.getSettings().height ?? this.options.cameraHeight;
    const wanted = cameraLayers(height, parameters.encodings.length);
    parameters.encodings.forEach((encoding, i) => Object.assign(encoding, { ...wanted[i], rid: encoding.rid }));
    await sender.setParameters(parameters).catch(() => {}); // then it sends what the offer said
  }
}

/** VP8 and Opus are what every part of the server knows; the browser must not choose another. */
function preferCodecs(transceiver: RTCRtpTransceiver, medium: "audio" | "video"): void {
  const codecs = RTCRtpReceiver.getCapabilities(medium)?.codecs ?? [];
  const wanted = medium === "audio" ? ["audio/opus"] : ["video/VP8", "video/rtx"];
  const preferred = codecs.filter((codec) => wanted.includes(codec.mimeType));
  if (preferred.length > 0) transceiver.setCodecPreferences?.(preferred);
}

/** On a weak link a screen gives up frames, not letters. */
async function preferSharpness(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
  parameters.degradationPreference = "maintain-resolution";
  await sender.setParameters(parameters).catch(() => {}); // Firefox knows no such wish
}
