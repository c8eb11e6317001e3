// SPDX-License-Identifier: MIT
/* For tests: a class that answers as the server does, and media without a browser. */
import type { EnterReply, Member, Room } from "../proto/messages.gen";
import { FakeNetwork, FakeTimers, settle, type FakeSocket, type Sent } from "../proto/testing";
import type { Notice } from "./notice";
import { SourceError, type Kind, type MediaHandlers, type MediaPort, type SourceProblem } from "./port";
import { Session } from "./session";

export function member(id: string, change: Partial<Member> = {}): Member {
  const host = change.role === "instructor" || change.role === "coordinator";
  return {
    id,
    name: `Name ${id}`,
    role: "trainee",
    present: true,
    lobby: false,
    hand: 0,
    may_speak: host,
    may_show: host,
    may_share: host,
    mutes: 0,
    mic: false,
    camera: false,
    screen: false,
    ...change,
  };
}

export const ROOM: Room = {
  session: "s1",
  title: "Interview technique",
  course: "Investigation",
  teacher: "Ana Pérez",
  state: "open",
  starts_at: 0,
  ends_at: 0,
  opened_at: 1,
  approval: false,
  policy: "always",
  recording: false,
  recording_fault: false,
  recording_since: 0,
};

export class FakeClass {
  readonly network = new FakeNetwork();
  /** Every request, over all sockets. */
  readonly asked: Sent[] = [];
  enter: EnterReply;
  /** Type of request -> code to refuse it with. */
  readonly refusals = new Map<string, string>();
  /** Types that stay without an answer. */
  readonly silent = new Set<string>();

  constructor(me: Member, others: Member[] = []) {
    this.enter = {
      self: me.id,
      media: "new",
      room: ROOM,
      members: [me, ...others],
      chat: [],
      slots: [],
      audio_slots: 4,
      video_slots: 9,
    };
    this.network.onsocket = (socket) => (socket.onrequest = (request) => this.#answer(socket, request));
  }

  of(type: string): Sent[] {
    return this.asked.filter((request) => request.type === type);
  }

  say(message: object): void {
    this.network.last.say(message);
  }

  /** The member's new state, to everybody. */
  change(id: string, change: Partial<Member>): void {
    const members = this.enter.members.map((m) => (m.id === id ? { ...m, ...change } : m));
    this.enter = { ...this.enter, members };
    this.say({ type: "member", member: members.find((m) => m.id === id) });
  }

  #answer(socket: FakeSocket, request: Sent): void {
    this.asked.push(request);
    if (this.silent.has(request.type)) return;
    const refusal = this.refusals.get(request.type);
    if (refusal) return socket.refuse(request, refusal);
    if (request.type === "media") {
      const { mic, camera, screen } = request as unknown as Member;
      this.change(this.enter.self, { mic, camera, screen });
    }
    const replies: Record<string, object> = {
      enter: this.enter,
      offer: { sdp: `answer to ${String(request["sdp"])}` },
      ping: { now: 1_000_000 },
      chat: { line: 1 },
    };
    socket.reply(request, replies[request.type]);
  }
}

export class FakeMedia implements MediaPort {
  handlers: MediaHandlers | null = null;
  readonly on = new Set<Kind>();
  offers = 0;
  restarts = 0;
  answers: string[] = [];
  closed = false;
  problem: SourceProblem | null = null;
  /** Held: `turn` waits for this before the device is there. */
  ready: Promise<void> = Promise.resolve();

  async offer(): Promise<string> {
    return `offer ${++this.offers}`;
  }

  async restart(): Promise<string> {
    return `restart ${++this.restarts}`;
  }

  async answer(sdp: string): Promise<void> {
    this.answers.push(sdp);
  }

  async turn(kind: Kind, on: boolean): Promise<void> {
    if (!on) {
      this.on.delete(kind);
      return;
    }
    await this.ready;
    if (this.problem) throw new SourceError(this.problem);
    this.on.add(kind);
  }

  close(): void {
    this.closed = true;
    this.on.clear();
  }
}

/** A member at a desk: time, devices, what they were told, and the way into class. */
export interface Desk {
  timers: FakeTimers;
  media: FakeMedia;
  notices: Notice[];
  enter(server: FakeClass): Promise<Session>;
}

export function desk(): Desk {
  const timers = new FakeTimers();
  const media = new FakeMedia();
  const notices: Notice[] = [];
  const enter = async (server: FakeClass): Promise<Session> => {
    const session = new Session({
      session: "s1",
      instance: "i1",
      connect: server.network.connect,
      timers,
      media,
      notice: (notice) => notices.push(notice),
    });
    session.enter();
    await settle();
    return session;
  };
  return { timers, media, notices, enter };
}
