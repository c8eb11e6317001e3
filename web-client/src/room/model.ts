// SPDX-License-Identifier: MIT
/*
 * The class as this member knows it: signals, and how each message from the server changes them.
 *
 * Nothing here acts: session.ts writes it, the pages read it. Collections are replaced, never
 * changed in place, so that whoever compares references sees every change.
 */
import { batch, computed, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import type {
  EnterReply,
  Events,
  EventType,
  HeardEvent,
  Line,
  LinkEvent,
  Member,
  Room,
  ServerEvent,
  Slot,
} from "../proto/messages.gen";

/** More lines than this are not kept; the server keeps the whole chat. */
export const MAX_LINES = 500;

const SILENCE: HeardEvent = { members: [], speaker: "" };

export interface Model {
  readonly self: Signal<string>;
  readonly room: Signal<Room | null>;
  readonly members: Signal<ReadonlyMap<string, Member>>;
  readonly chat: Signal<readonly Line[]>;
  readonly slots: Signal<readonly Slot[]>;
  readonly heard: Signal<HeardEvent>;
  readonly link: Signal<LinkEvent | null>;
  /** The member that we are; null before the first `enter`. */
  readonly me: ReadonlySignal<Member | null>;
  readonly host: ReadonlySignal<boolean>;
  /** Raised hands, first raised first. */
  readonly hands: ReadonlySignal<readonly Member[]>;
  /** Those who wait to be let in, as hosts see them. */
  readonly lobby: ReadonlySignal<readonly Member[]>;
  /** Everybody in class, in the order of the people list. */
  readonly people: ReadonlySignal<readonly Member[]>;
}

export function createModel(): Model {
  const self = signal("");
  const members = signal<ReadonlyMap<string, Member>>(new Map());
  const heard = signal<HeardEvent>(SILENCE);
  const me = computed(() => members.value.get(self.value) ?? null);
  return {
    self,
    members,
    heard,
    me,
    room: signal<Room | null>(null),
    chat: signal<readonly Line[]>([]),
    slots: signal<readonly Slot[]>([]),
    link: signal<LinkEvent | null>(null),
    host: computed(() => isHost(me.value)),
    hands: computed(() => [...members.value.values()].filter((m) => m.hand > 0).sort((a, b) => a.hand - b.hand)),
    lobby: computed(() => [...members.value.values()].filter((m) => m.lobby)),
    people: computed(() => [...members.value.values()].filter((m) => !m.lobby).sort(byPlace)),
  };
}

export function isHost(member: Member | null | undefined): boolean {
  return member?.role === "instructor" || member?.role === "coordinator";
}

const ROLE_PLACE: Record<Member["role"], number> = { instructor: 0, coordinator: 1, trainee: 2, guest: 2 };

/** Hosts, then hands in their order, then those with the floor, then the rest by name. */
function byPlace(a: Member, b: Member): number {
  return (
    ROLE_PLACE[a.role] - ROLE_PLACE[b.role] ||
    (a.hand || Infinity) - (b.hand || Infinity) ||
    Number(b.may_speak) - Number(a.may_speak) ||
    a.name.localeCompare(b.name) ||
    (a.id < b.id ? -1 : 1)
  );
}

/** What `enter` tells replaces everything that was known. */
export function applyEnter(model: Model, reply: EnterReply): void {
  batch(() => {
    model.self.value = reply.self;
    model.room.value = reply.room;
    model.members.value = new Map(reply.members.map((m) => [m.id, m]));
    model.chat.value = reply.chat;
    model.slots.value = reply.slots;
    model.heard.value = SILENCE;
  });
}

/** One function per event; session.ts passes every event here before it acts on it. */
const appliers: { [K in EventType]?: (model: Model, event: Events[K]) => void } = {
  room: (model, { room }) => {
    model.room.value = room;
  },
  member: (model, { member }) => {
    model.members.value = new Map(model.members.value).set(member.id, member);
  },
  gone: (model, { member }) => {
    const members = new Map(model.members.value);
    members.delete(member);
    model.members.value = members;
  },
  line: (model, { line }) => {
    // A line may come both with `enter` and by itself: its number tells.
    const last = model.chat.value.at(-1);
    if (!last || line.line > last.line) model.chat.value = [...model.chat.value, line].slice(-MAX_LINES);
  },
  slots: (model, { slots }) => {
    model.slots.value = slots;
  },
  heard: (model, heard) => {
    model.heard.value = heard;
  },
  link: (model, link) => {
    model.link.value = link;
  },
};

export function applyEvent(model: Model, event: ServerEvent): void {
  const apply = appliers[event.type] as ((model: Model, event: ServerEvent) => void) | undefined;
  apply?.(model, event);
}
