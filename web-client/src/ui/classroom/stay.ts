// SPDX-License-Identifier: MIT
/*
 * A stay in a class in this browser: the session with its media, and what belongs to this tab alone
 * (which panel is open, what was pinned, the draft). Made on entering; close() ends everything.
 */
import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { ApiError } from "../../api/client";
import type { Session as Info } from "../../api/types";
import { allowedBefore, watchDevices } from "../../media/devices";
import type { LocalMedia } from "../../media/local";
import { Playback } from "../../media/playback";
import { BrowserMedia } from "../../media/port";
import { LinkMeter } from "../../media/stats";
import type { Socket, SocketHandlers } from "../../proto/channel";
import { recall, remember, type Memory, type PanelName } from "../../room/memory";
import { may, type Receive } from "../../room/policy";
import type { Kind } from "../../room/port";
import type { Notice, Phase } from "../../room/notice";
import { Session } from "../../room/session";
import { scene, type Scene } from "../../room/stage";
import { toast } from "../parts";
import { api } from "../session";
import { UPRIGHT } from "./hooks";
import { Views } from "./views";
import { noticeWords } from "./words";

const STATS_MS = 2000;
/** So long without an answer, ask over HTTP whether we are still signed in. */
const DOUBT_MS = 4000;

export interface StayOptions {
  info: Info;
  person: string;
  local: LocalMedia;
  receive: Receive;
  /** After a reload: as it was, rather than as chosen on the page before class. */
  returning: boolean;
}

export class Stay {
  readonly session: Session;
  readonly media: BrowserMedia;
  readonly playback: Playback;
  readonly views: Views;
  readonly scene: ReadonlySignal<Scene>;
  readonly panel: Signal<PanelName | null>;
  readonly receive: Signal<Receive>;
  readonly draft: Signal<string>;
  readonly pinned: Signal<string> = signal("");
  /** Chat lines that were not in sight. */
  readonly unread: Signal<number> = signal(0);
  /** Rights that were just given and are not used yet. */
  readonly floor: Signal<readonly Kind[]> = signal([]);
  readonly megabytesPerMinute: Signal<number> = signal(0);
  readonly wasIn: Signal<boolean> = signal(false);
  /** The server does not answer for a while. */
  readonly slow: Signal<boolean> = signal(false);
  readonly returning: boolean;

  readonly #info: Info;
  readonly #memory: Memory;
  readonly #ends: (() => void)[] = [];
  #restored = false;

  constructor({ info, person, local, receive, returning }: StayOptions) {
    this.#info = info;
    this.#memory = recall(sessionStorage, info.id);
    this.returning = returning;
    this.panel = signal(returning ? this.#memory.panel : firstPanel());
    this.draft = signal(this.#memory.draft);
    this.receive = signal(receive);
    this.media = new BrowserMedia(local);
    this.session = new Session({
      session: info.id,
      instance: randomId(),
      connect: (handlers) => openSocket(person, handlers),
      timers: { now: () => Date.now(), after },
      media: this.media,
      notice: (notice) => this.#notice(notice),
    });
    const { model, sending } = this.session;
    this.scene = computed(() =>
      scene({
        self: model.self.value,
        people: model.people.value,
        slots: model.slots.value,
        sending: sending.value,
        pinned: this.pinned.value,
      }),
    );
    this.playback = new Playback(this.media.audio, document.body);
    this.views = new Views(model.slots, this.receive, (heights) => this.session.view(heights));
    this.#follow();
  }

  /** Ends the stay. The seat is given up: who reloads or loses the link never comes here. */
  close(): void {
    for (const end of this.#ends.splice(0)) end();
    this.views.close();
    this.playback.close();
    void this.session.leave().finally(() => this.session.dispose());
  }

  showPanel(panel: PanelName | null): void {
    this.panel.value = this.panel.value === panel ? null : panel;
  }

  /** Opens the device that was chosen anew, if it is in use. */
  deviceChanged(device: "mic" | "camera"): void {
    this.media.switchDevice(device).catch(() => toast(noticeWords({ type: "stopped", kind: device }) ?? ""));
  }

  #follow(): void {
    const { session } = this;
    const keep = (change: Partial<Memory>) => remember(sessionStorage, this.#info.id, change);
    this.#ends.push(
      effect(() => this.#phaseIs(session.phase.value)),
      effect(() => keep({ panel: this.panel.value })),
      effect(() => keep({ draft: this.draft.value })),
      effect(() => keep({ receive: this.receive.value })),
      effect(() => {
        const { mic, camera, screen } = session.sending.value;
        if (this.#restored && session.phase.peek() === "in") keep({ mic, camera, screen });
      }),
      this.#countUnread(),
      watchDevices(),
      every(STATS_MS, () => void this.#readStats()),
      every(DOUBT_MS, () => void this.#doubt()),
      on(window, "online", () => session.nudge()),
      on(document, "visibilitychange", () => document.visibilityState === "visible" && session.nudge()),
    );
  }

  #phaseIs(phase: Phase): void {
    const id = this.#info.id;
    if (phase === "waiting" || phase === "in") remember(sessionStorage, id, { entered: true });
    if (phase === "in") {
      this.wasIn.value = true;
      this.slow.value = false;
      if (!this.#restored) void this.#restore();
    }
    const over: Phase[] = ["ended", "removed", "replaced", "refused", "left"];
    if (over.includes(phase)) {
      remember(sessionStorage, id, { entered: false });
      this.wasIn.value = false;
      this.#restored = false;
    }
  }

  /** Turns on what was on before a reload, or what was tried on the page before class. */
  async #restore(): Promise<void> {
    this.#restored = true;
    const { local } = this.media;
    for (const kind of ["mic", "camera"] as const) {
      const open = local.wants(kind);
      const use = kind === "mic" ? "audioinput" : "videoinput";
      const wanted = this.returning ? this.#memory[kind] && (await allowedBefore(use)) : open;
      if (wanted && may(this.session.model.me.peek(), kind)) await this.session.turn(kind, true);
      else if (open) local.close(kind);
    }
    if (this.returning && this.#memory.screen) this.#notice({ type: "stopped", kind: "screen" });
  }

  #notice(notice: Notice): void {
    if (notice.type === "floor_given") this.floor.value = notice.kinds;
    if (notice.type === "floor_taken") this.floor.value = [];
    const words = noticeWords(notice);
    if (words) toast(words);
  }

  #countUnread(): () => void {
    const { model } = this.session;
    let seen = -1; // number of the last line that was in sight; -1: before the first `enter`
    return effect(() => {
      const lines = model.chat.value;
      const last = lines.at(-1)?.line ?? 0;
      if (this.panel.value === "chat" || seen < 0) {
        if (model.self.value) seen = last;
        this.unread.value = 0;
      } else {
        this.unread.value = lines.filter((one) => one.line > seen && one.member !== model.self.peek()).length;
      }
    });
  }

  #meter = new LinkMeter();

  async #readStats(): Promise<void> {
    const connection = this.media.peer.peek()?.connection;
    if (!connection || connection.connectionState !== "connected") return;
    const report = await connection.getStats();
    this.megabytesPerMinute.value = this.#meter.add(
      report as ReadonlyMap<string, unknown>,
      Date.now(),
    ).megabytesPerMinute;
  }

  /** A socket cannot tell that we are signed out; HTTP can. */
  async #doubt(): Promise<void> {
    const phase = this.session.phase.peek();
    if (phase !== "entering" && phase !== "reconnecting") return;
    this.slow.value = true;
    try {
      await api().me();
    } catch (error) {
      if (error instanceof ApiError && error.code === "signed_out") this.session.refuse("signed_out");
    }
  }
}

export function openStay(options: StayOptions): Stay {
  const stay = new Stay(options);
  stay.session.enter();
  return stay;
}

function openSocket(person: string, handlers: SocketHandlers): Socket {
  const address = new URL(`/u/${person}/ws`, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address, "lectern");
  socket.onopen = () => handlers.open();
  socket.onmessage = ({ data }) => typeof data === "string" && handlers.message(data);
  socket.onclose = () => handlers.close();
  return socket;
}

/** On an upright phone the chat stands where nothing else would. */
function firstPanel(): PanelName | null {
  return matchMedia(UPRIGHT).matches ? "chat" : null;
}

function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}

function on(target: EventTarget, type: string, run: () => void): () => void {
  target.addEventListener(type, run);
  return () => target.removeEventListener(type, run);
}
