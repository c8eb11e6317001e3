// SPDX-License-Identifier: MIT
/*
 * One RTCPeerConnection, made of one offer: what we send (microphone, camera, screen), then a fixed
 * number of receiving slots. The server answers once. Mute, share, joins and speaker changes happen
 * by replacing tracks here and by switching slots there: never by another offer. Only ICE restarts
 * make one.
 *
 * Layer heights and bit rates of the camera: see layers.ts. Codecs: see codecs.ts.
 */
import type { Kind, PeerState } from "../room/port";
import { offerToReceive, offerToSend, sendsLayersInOne, type CameraCodec } from "./codecs";
import { cameraInOne, cameraLayers, SCREEN_BITRATE, SCREEN_FRAMES } from "./layers";

export interface PeerOptions {
  audioSlots: number;
  videoSlots: number;
  /** Height that the camera gives, or is expected to give. */
  cameraHeight: number;
  cameraCodec: CameraCodec;
  state(state: PeerState): void;
  /** A receiving slot has its stream; audio and video that belong together come in the same one. */
  stream(medium: "audio" | "video", slot: number, stream: MediaStream): void;
}

export class Peer {
  readonly connection: RTCPeerConnection;
  readonly #up: Record<Kind, RTCRtpTransceiver>;
  /** The camera's layers are in one stream. */
  readonly #inOne: boolean;
  readonly #down = new Map<RTCRtpTransceiver, { medium: "audio" | "video"; slot: number }>();

  constructor(private readonly options: PeerOptions) {
    // The server is ICE-lite with a public address: it finds us by our checks, so no STUN, no TURN.
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.connection = pc;
    this.#inOne = sendsLayersInOne(options.cameraCodec);
    this.#up = {
      mic: this.#addUp("audio"),
      camera: this.#addUp("video", this.#cameraEncodings(options.cameraHeight), options.cameraCodec),
      screen: this.#addUp("video", [{ maxBitrate: SCREEN_BITRATE, maxFramerate: SCREEN_FRAMES }]),
    };
    for (const medium of ["audio", "video"] as const) {
      const count = medium === "audio" ? options.audioSlots : options.videoSlots;
      for (let slot = 0; slot < count; slot++) {
        const transceiver = pc.addTransceiver(medium, { direction: "recvonly" });
        offerToReceive(transceiver, medium);
        this.#down.set(transceiver, { medium, slot });
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

  #addUp(medium: "audio" | "video", sendEncodings?: RTCRtpEncodingParameters[], codec?: CameraCodec): RTCRtpTransceiver {
    const transceiver = this.connection.addTransceiver(medium, { direction: "sendonly", ...(sendEncodings && { sendEncodings }) });
    offerToSend(transceiver, medium, codec);
    return transceiver;
  }

  #cameraEncodings(height: number, offered?: number): RTCRtpEncodingParameters[] {
    return this.#inOne ? [cameraInOne(height)] : cameraLayers(height, offered);
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
    const wanted = this.#cameraEncodings(height, parameters.encodings.length);
    parameters.encodings.forEach((encoding, i) => Object.assign(encoding, { ...wanted[i], rid: encoding.rid }));
    await sender.setParameters(parameters).catch(() => {}); // then it sends what the offer said
  }
}

/** On a weak link a screen gives up frames, not letters. */
async function preferSharpness(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
  parameters.degradationPreference = "maintain-resolution";
  await sender.setParameters(parameters).catch(() => {}); // Firefox knows no such wish
}
