// SPDX-License-Identifier: MIT
/*
 * What a member may do, and what they want to receive. The server decides; this only keeps the
 * pages from offering what it would refuse.
 */
import type { Member, Slot } from "../proto/messages.gen";
import { isHost } from "./model";
import type { Kind, PeerState } from "./port";

export function may(member: Member | null, kind: Kind): boolean {
  if (!member) return false;
  return { mic: member.may_speak, camera: member.may_show, screen: member.may_share }[kind];
}

export type HostAction = "speak" | "show" | "share" | "mute" | "lower" | "remove";

/** What the menu of one person holds for a host, in its order. Hosts always have the floor. */
export function actionsOn(me: Member | null, other: Member): HostAction[] {
  if (!isHost(me) || me?.id === other.id) return [];
  const actions: HostAction[] = isHost(other) ? [] : ["speak", "show", "share"];
  if (other.mic) actions.push("mute");
  if (other.hand > 0) actions.push("lower");
  if (other.role !== "instructor") actions.push("remove");
  return actions;
}

/** How much a member wants to receive, from most to least. */
export type Receive = "all" | "saving" | "screen" | "sound";
export const RECEIVE: readonly Receive[] = ["all", "saving", "screen", "sound"];

/** In "saving" a camera is no larger than the lowest layer that cameras send. */
const SAVING_HEIGHT = 180;

/** The height to ask for a slot that is shown `height` device pixels high. */
export function wantedHeight(receive: Receive, kind: Slot["kind"], height: number): number {
  if (receive === "sound") return 0;
  if (kind === "screen" || receive === "all") return height;
  return receive === "saving" ? Math.min(height, SAVING_HEIGHT) : 0;
}

/** Kilobits a second of a usual lecture: speech, a screen that changes now and then, cameras. */
const SOUND = 80; // 55 of it sound with its copies (RED), the rest headers
const SCREEN = 250;
const LARGE_CAMERA = 700;
const SMALL_CAMERA = 130;

const KILOBITS: Record<Receive, number> = {
  all: SOUND + SCREEN + LARGE_CAMERA + 2 * SMALL_CAMERA,
  saving: SOUND + SCREEN + SMALL_CAMERA,
  screen: SOUND + SCREEN,
  sound: SOUND,
};

/** About how much one hour takes, rounded so that nobody takes it for exact. */
export function megabytesPerHour(receive: Receive): number {
  const exact = (KILOBITS[receive] * 3600) / 8 / 1000;
  const step = exact > 100 ? 50 : 5;
  return Math.max(step, Math.round(exact / step) * step);
}

export type LinkSign = "good" | "weak" | "poor" | "connecting" | "lost";

/** One word for the link: the way of the media first, the server's judgement when there is one. */
export function linkSign(phase: string, peer: PeerState, link: { quality: "good" | "weak" | "poor" } | null): LinkSign {
  if (peer === "failed" || peer === "weak") return "lost";
  if (peer !== "connected") return phase === "reconnecting" ? "lost" : "connecting";
  return link?.quality ?? "good";
}
