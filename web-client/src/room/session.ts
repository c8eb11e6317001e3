// SPDX-License-Identifier: MIT
/*
 * One member's stay in one class: the state machine between the channel, the media and the pages.
 *
 *   idle -> entering -> waiting -> in <-> reconnecting     (waiting: in the lobby)
 *                          any of them -> ended | removed | replaced | refused | left
 *
 * The pages read the signals and call the verbs; verbs never throw: what went wrong comes as a
 * notice. The session owns the channel and drives the media port, which it was given; medialink.ts
 * does the offers and their repair.
 */
import { signal, type Signal } from "@preact/signals-core";
import { Channel, RequestError, type Fields } from "../proto/channel";
import type { ByeEvent, EnterReply, Member, RequestType, ServerEvent, View } from "../proto/messages.gen";
import { MediaLink } from "./medialink";
import { applyEnter, applyEvent, createModel, type Model } from "./model";
import { FINAL, type Phase } from "./notice";
import { may } from "./policy";
import { RETRY_MS, type SessionOptions } from "./options";
import { KINDS, NOTHING, SourceError, type Kind, type Sending, type SourceProblem } from "./port";

export class Session {
  readonly model: Model = createModel();
  readonly phase: Signal<Phase> = signal("idle");
  /** What is really sent now, as the server was told. */
  readonly sending: Signal<Sending> = signal(NOTHING);
  /** Kinds whose device is being opened. */
  readonly opening: Signal<ReadonlySet<Kind>> = signal(new Set<Kind>());
  readonly problems: Signal<Partial<Record<Kind, SourceProblem>>> = signal({});
  /** Why `refused`. */
  readonly refusal: Signal<string> = signal("");
  /** `ended`: the recording, if there is one. */
  readonly recording: Signal<string> = signal("");
  /** Add to our clock to get the server's. */
  readonly clockOffset: Signal<number> = signal(0);
  readonly link: MediaLink;

  #channel: Channel;
  #entered = false; // on this socket
  #wanted = new Set<Kind>();
  #askingHand = 0;
  #announcing = false;
  #announceAgain = false;
  #views = new Map<number, number>();
  #sentViews = new Map<number, number>();
  #whenEntered: (() => void)[] = [];

  constructor(private readonly given: SessionOptions) {
    this.#channel = this.#newChannel();
    this.link = new MediaLink(given.media, given.timers, (sdp) => this.#channel.request("offer", { sdp }));
    given.media.handlers = {
      peer: (state) => this.link.peerIs(state),
      stopped: (kind) => this.#stopped(kind),
    };
  }

  /** Enters; also takes the seat back after `replaced`. */
  enter(): void {
    if (this.phase.value !== "idle" && !FINAL.has(this.phase.value)) return;
    if (this.#channel.state === "closed") this.#channel = this.#newChannel();
    this.phase.value = "entering";
    this.#channel.open();
  }

  /** Gives up the seat. */
  async leave(): Promise<void> {
    await this.#try("leave", {});
    this.#finish("left");
  }

  /** Gives up for good; `code` is why. */
  refuse(code: string): void {
    this.refusal.value = code;
    this.#finish("refused");
  }

  /** The page goes away: close without giving up the seat, so that a reload finds it again. */
  dispose(): void {
    this.#channel.close();
    this.link.close();
    this.given.media.close();
  }

  /** The network may have changed, or the computer woke up. */
  nudge(): void {
    this.#channel.nudge();
  }

  /** Turns a source on or off; resolves when the person can be told. */
  async turn(kind: Kind, on: boolean): Promise<void> {
    if (!on) return this.#turnOff(kind);
    if (this.sending.value[kind] || this.opening.value.has(kind)) return;
    if (!may(this.model.me.value, kind)) return this.given.notice({ type: "not_allowed", kind });
    this.#wanted.add(kind);
    this.#mark(kind, true);
    try {
      await this.given.media.turn(kind, true);
      this.problems.value = { ...this.problems.value, [kind]: undefined };
    } catch (error) {
      const problem = error instanceof SourceError ? error.problem : "failed";
      if (problem === "dropped") return;
      this.problems.value = { ...this.problems.value, [kind]: problem };
      return;
    } finally {
      this.#mark(kind, false);
    }
    // The wish or the right may have gone while the browser asked for the device.
    if (!this.#wanted.has(kind) || !may(this.model.me.value, kind) || FINAL.has(this.phase.value)) {
      await this.given.media.turn(kind, false);
      return;
    }
    this.#setSending(kind, true);
  }

  /** True when the line stands in the chat. */
  async say(text: string): Promise<boolean> {
    const last = this.model.chat.value.at(-1)?.line ?? 0;
    const failure = await this.#try("chat", { text });
    if (failure === "") return true;
    if (failure === "lost" && !FINAL.has(this.phase.value)) {
      // Whether it was written is seen in the chat that comes with the next `enter`.
      await new Promise<void>((resolve) => this.#whenEntered.push(resolve));
      const self = this.model.self.value;
      if (this.model.chat.value.some((l) => l.line > last && l.member === self && l.text === text)) return true;
    }
    this.given.notice({ type: "refused", request: "chat", code: failure });
    return false;
  }

  hand(raised: boolean, member?: string): Promise<boolean> {
    return this.#ask("hand", member === undefined ? { raised } : { raised, member });
  }

  /** Changes what a member may do; what is left out stays as it is. */
  floor(member: Member, change: { speak?: boolean; show?: boolean; share?: boolean }): Promise<boolean> {
    const { id, may_speak: speak, may_show: show, may_share: share } = member;
    return this.#ask("floor", { member: id, speak, show, share, ...change });
  }

  /** Without a member: every trainee. */
  mute(member?: string): Promise<boolean> {
    return this.#ask("mute", member === undefined ? {} : { member });
  }

  remove(member: string): Promise<boolean> {
    return this.#ask("remove", { member });
  }

  begin(): Promise<boolean> {
    return this.#ask("begin", {});
  }

  /** Without a member: everybody in the lobby. */
  admit(member?: string): Promise<boolean> {
    return this.#ask("admit", member === undefined ? {} : { member });
  }

  record(on: boolean): Promise<boolean> {
    return this.#ask("record", { on });
  }

  end(): Promise<boolean> {
    return this.#ask("end", {});
  }

  /** How high each video slot is shown, in device pixels; 0: not at all. */
  view(heights: ReadonlyMap<number, number>): void {
    for (const [slot, height] of heights) this.#views.set(slot, height);
    this.#sendViews();
  }

  #newChannel(): Channel {
    return new Channel(this.given.connect, this.given.timers, {
      state: (state) => {
        if (state === "open") void this.#enter();
        else if (state === "down") this.#down();
      },
      event: (event) => this.#event(event),
    });
  }

  async #enter(): Promise<void> {
    const channel = this.#channel;
    try {
      const reply = await channel.request("enter", {
        session: this.given.session,
        instance: this.given.instance,
      });
      if (channel === this.#channel) this.#welcome(reply);
    } catch (error) {
      if (channel === this.#channel) this.#unwelcome((error as RequestError).code);
    }
  }

  #welcome(reply: EnterReply): void {
    applyEnter(this.model, reply);
    this.#entered = true;
    // The seat of this very page: a host may have muted us meanwhile. A new seat: we tell.
    if (reply.media === "keep") this.#obey(this.model.me.value, "quietly");
    this.link.welcome(reply.media === "keep", reply.audio_slots, reply.video_slots);
    this.#roomIs();
    this.#announce();
    this.#sentViews.clear();
    this.#sendViews();
    void this.#readClock();
    for (const resolve of this.#whenEntered.splice(0)) resolve();
  }

  #unwelcome(code: string): void {
    if (code === "lost") return; // the channel comes back, and `enter` with it
    if (code === "ended") return this.#finish("ended");
    const later = RETRY_MS[code];
    if (later === undefined) return this.refuse(code);
    if (code === "early") this.phase.value = "waiting";
    this.given.timers.after(later, () => {
      if (this.#channel.state === "open" && !this.#entered) void this.#enter();
    });
  }

  async #readClock(): Promise<void> {
    const sent = this.given.timers.now();
    try {
      const { now } = await this.#channel.request("ping", {});
      const received = this.given.timers.now();
      this.clockOffset.value = now - (sent + received) / 2;
    } catch {
      // the next `enter` asks again
    }
  }

  #down(): void {
    this.#entered = false;
    this.link.down();
    const { phase } = this;
    if (phase.value === "in" || phase.value === "waiting") phase.value = "reconnecting";
  }

  #roomIs(): void {
    const inside = this.model.me.value?.lobby === false;
    this.phase.value = inside ? "in" : "waiting";
    if (inside) this.link.open();
  }

  #event(event: ServerEvent): void {
    const me = this.model.me.value;
    const known = event.type === "member" ? this.model.members.value.get(event.member.id) : undefined;
    const recorded = this.model.room.value?.recording;
    applyEvent(this.model, event);
    if (event.type === "bye") this.#bye(event);
    else if (!this.#entered) return;
    else if (event.type === "lost") this.link.lost();
    else if (event.type === "room") this.#roomChanged(recorded ?? false);
    else if (event.type === "member") {
      if (event.member.id === this.model.self.value) this.#selfChanged(me, event.member);
      else this.#otherChanged(known, event.member);
    }
  }

  #bye({ reason, recording }: ByeEvent): void {
    if (reason === "shutdown") return; // the channel closes by itself and comes back
    this.recording.value = recording ?? "";
    this.#finish(reason);
  }

  #roomChanged(recorded: boolean): void {
    const room = this.model.room.value;
    if (!room || room.state === "ended") return; // `bye` follows
    this.#roomIs();
    if (room.recording !== recorded) this.given.notice({ type: "recording", on: room.recording });
  }

  #selfChanged(before: Member | null, now: Member): void {
    // Let in: the class is told anew, as to everybody who enters.
    if (before?.lobby && !now.lobby) return void this.#enter();
    const gained = KINDS.filter((kind) => may(now, kind) && !may(before, kind));
    if (before && gained.length > 0) this.given.notice({ type: "floor_given", kinds: gained });
    else if (before && KINDS.some((kind) => may(before, kind) && !may(now, kind))) {
      this.given.notice({ type: "floor_taken" });
    } else if (before?.hand && !now.hand && this.#askingHand === 0) this.given.notice({ type: "hand_lowered" });
    // A mute counts whatever word of ours it crosses; the server leaves the microphone off as well.
    if (before && now.mutes > before.mutes && this.sending.value.mic) {
      void this.#turnOff("mic");
      this.given.notice({ type: "muted" });
    }
    this.#obey(now, "aloud");
  }

  #otherChanged(before: Member | undefined, now: Member): void {
    const raised = now.hand > 0 && !before?.hand;
    if (raised && this.model.host.value) this.given.notice({ type: "hand", name: now.name });
  }

  /** Stops what the room does not let us send, or what a host switched off. */
  #obey(me: Member | null, how: "aloud" | "quietly"): void {
    if (!me) return;
    for (const kind of KINDS) {
      if (this.sending.value[kind] && !may(me, kind)) void this.#turnOff(kind);
    }
    // While our own word is on its way the event may tell of the time before it.
    if (this.#announcing) return;
    for (const kind of KINDS) {
      if (!this.sending.value[kind] || me[kind]) continue;
      void this.#turnOff(kind);
      if (how === "aloud" && kind !== "camera") this.given.notice({ type: kind === "mic" ? "muted" : "screen_taken" });
    }
  }

  async #turnOff(kind: Kind): Promise<void> {
    this.#wanted.delete(kind);
    const done = this.given.media.turn(kind, false);
    if (this.sending.value[kind]) this.#setSending(kind, false);
    await done;
  }

  #stopped(kind: Kind): void {
    if (!this.sending.value[kind]) return;
    this.#setSending(kind, false);
    this.given.notice({ type: "stopped", kind });
  }

  #mark(kind: Kind, opening: boolean): void {
    const kinds = new Set(this.opening.value);
    if (opening) kinds.add(kind);
    else kinds.delete(kind);
    this.opening.value = kinds;
  }

  #setSending(kind: Kind, on: boolean): void {
    this.sending.value = { ...this.sending.value, [kind]: on };
    this.#announce();
  }

  /** Tells the server what we send; one message at a time, the last state always gets there. */
  #announce(): void {
    if (!this.#entered) return; // told after `enter`
    if (this.#announcing) {
      this.#announceAgain = true;
      return;
    }
    this.#announcing = true;
    this.#announceAgain = false;
    const mutes = this.model.me.value?.mutes ?? 0;
    void this.#try("media", { ...this.sending.value, mutes }).then((failure) => {
      this.#announcing = false;
      if (this.#announceAgain) this.#announce();
      else if (failure === "forbidden") this.#obey(this.model.me.value, "aloud");
      else if (failure === "unavailable" && this.sending.value.screen) {
        // Somebody else shares, and has more right to: the rest of what we send is told anew.
        void this.#turnOff("screen");
        this.given.notice({ type: "screen_taken" });
      }
    });
  }

  #sendViews(): void {
    if (!this.#entered) return;
    const slots: View[] = [];
    for (const [slot, height] of this.#views) {
      if (this.#sentViews.get(slot) !== height) slots.push({ slot, height });
    }
    if (slots.length === 0) return;
    for (const { slot, height } of slots) this.#sentViews.set(slot, height);
    void this.#try("view", { slots });
  }

  /** A verb of the pages: a failure becomes a notice. */
  async #ask<K extends RequestType>(type: K, fields: Fields<K>): Promise<boolean> {
    if (type === "hand") this.#askingHand++;
    const failure = await this.#try(type, fields);
    if (type === "hand") this.#askingHand--;
    if (failure !== "") this.given.notice({ type: "refused", request: type, code: failure });
    return failure === "";
  }

  /** Resolves to '' or the code of the refusal. */
  async #try<K extends RequestType>(type: K, fields: Fields<K>): Promise<string> {
    try {
      await this.#channel.request(type, fields);
      return "";
    } catch (error) {
      return (error as RequestError).code;
    }
  }

  #finish(phase: Phase): void {
    this.phase.value = phase;
    this.#entered = false;
    this.sending.value = NOTHING;
    this.#channel.close();
    this.link.close();
    this.given.media.close();
    for (const resolve of this.#whenEntered.splice(0)) resolve();
  }
}
