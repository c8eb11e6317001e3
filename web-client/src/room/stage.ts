// SPDX-License-Identifier: MIT
/*
 * Who is on the stage, and who in the strip under it: one pure function of what is known.
 *
 * The lecture first: a screen, else the instructor. Nothing jumps: the strip is ordered by role,
 * slot and hand, never by who speaks just now; the ring tells that.
 */
import type { Member, Slot } from "../proto/messages.gen";
import { isHost } from "./model";
import type { Sending } from "./port";

export interface Tile {
  /** The same for as long as it is the same picture of the same member. */
  key: string;
  member: string;
  /** `none`: the member without a picture. */
  kind: "screen" | "camera" | "none";
  /** The receiving video slot, or -1: our own picture, or none. */
  slot: number;
}

export interface Scene {
  /** One tile, or a grid of equals. */
  stage: Tile[];
  strip: Tile[];
  /** How many others are in class and not shown. */
  more: number;
}

export interface SceneInput {
  self: string;
  /** In the order of the people list. */
  people: readonly Member[];
  slots: readonly Slot[];
  sending: Sending;
  /** Key of a tile that this member put on the stage. */
  pinned: string;
}

const tileKey = (member: string, kind: Tile["kind"]) => `${member}:${kind === "screen" ? "screen" : "face"}`;

const tile = (member: string, kind: Tile["kind"], slot = -1): Tile => ({
  key: tileKey(member, kind),
  member,
  kind,
  slot,
});

export function scene(input: SceneInput): Scene {
  const screens = screenTiles(input);
  const faces = faceTiles(input);
  const all = [...screens, ...faces];
  const stage = chooseStage(input, screens, faces);
  const onStage = new Set(stage.map((t) => t.key));
  const strip = all.filter((t) => !onStage.has(t.key));
  const shown = new Set([input.self, ...[...stage, ...strip].map((t) => t.member)]);
  const more = input.people.filter((m) => !shown.has(m.id)).length;
  return { stage, strip, more };
}

function screenTiles({ self, slots, sending }: SceneInput): Tile[] {
  const tiles = slots.filter((s) => s.kind === "screen").map((s) => tile(s.member, "screen", s.slot));
  if (sending.screen) tiles.push(tile(self, "screen"));
  return tiles;
}

/** Instructors, ourselves, cameras by slot, those with the floor, hands in their order. */
function faceTiles({ self, people, slots, sending }: SceneInput): Tile[] {
  const cameras = slots.filter((s) => s.kind === "camera").sort((a, b) => a.slot - b.slot);
  const face = (member: string): Tile => {
    const camera = cameras.find((s) => s.member === member);
    if (member === self) return tile(self, sending.camera ? "camera" : "none");
    return camera ? tile(member, "camera", camera.slot) : tile(member, "none");
  };
  const inClass = new Set(people.map((m) => m.id));
  const wanted = new Set<string>();
  for (const m of people) if (m.role === "instructor") wanted.add(m.id);
  if (sending.camera || sending.mic) wanted.add(self);
  for (const s of cameras) if (inClass.has(s.member)) wanted.add(s.member);
  for (const m of people) if (m.may_speak && !isHost(m)) wanted.add(m.id);
  for (const m of people) if (m.role === "coordinator" && (m.mic || m.camera)) wanted.add(m.id);
  for (const m of people) if (m.hand > 0) wanted.add(m.id);
  return [...wanted].map(face);
}

function chooseStage(input: SceneInput, screens: Tile[], faces: Tile[]): Tile[] {
  const pinned = [...screens, ...faces].find((t) => t.key === input.pinned);
  if (pinned) return [pinned];
  if (screens.length > 0) return screens.slice(0, 1);

  const role = new Map(input.people.map((m) => [m.id, m.role]));
  const others = faces.filter((t) => t.member !== input.self);
  const teacher = others.filter((t) => role.get(t.member) === "instructor");
  const withCamera = (tiles: Tile[]) => tiles.filter((t) => t.kind === "camera");
  const teaching = withCamera(teacher).slice(0, 1);
  if (teaching.length > 0) return teaching;

  // Who teaches looks at the class; a trainee at the instructor, if only at the name.
  const seen = withCamera(others);
  if (role.get(input.self) !== "trainee" && seen.length > 0) return seen;
  if (teacher.length > 0) return teacher.slice(0, 1);
  if (seen.length > 0) return seen.slice(0, 1);
  return faces.slice(0, 1);
}
