// SPDX-License-Identifier: MIT
/*
 * One conversation with the server, over as many WebSockets as it takes.
 *
 * The channel owns the socket: it opens it, pings it, notices that it is dead, and opens the next
 * one, until close() or a final `bye`. It knows nothing of a class: after every new socket it says
 * `open`, and whoever listens must send `enter` again.
 *
 * A request gets exactly one outcome: the reply, the server's refusal, or "lost" when the socket
 * went before the reply came. Whether the server acted on a lost request is not known here; nothing
 * is sent twice by itself.
 *
 * Pure: sockets, time and chance are given.
 */
import type { Requests, RequestType, ServerEvent } from "./messages.gen";

export type Fields<K extends RequestType> = Requests[K]["fields"];
export type Reply<K extends RequestType> = Requests[K]["reply"];

export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketHandlers {
  open(): void;
  message(text: string): void;
  /** Called once at the most; also when the socket never opened. */
  close(): void;
}

export type SocketFactory = (handlers: SocketHandlers) => Socket;

export interface Timers {
  now(): number;
  /** Returns how to cancel it. */
  after(ms: number, run: () => void): () => void;
}

/** `down`: between two sockets. `closed`: for good. */
export type ChannelState = "idle" | "connecting" | "open" | "down" | "closed";

export interface ChannelHandlers {
  state(state: ChannelState): void;
  event(event: ServerEvent): void;
}

/** Why a request failed: the server's word, or `lost` when no answer can come any more. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    text: string,
  ) {
    super(text);
    this.name = "RequestError";
  }
}

export const PING_MS = 5000;
/** Silence after a ping that means the link is dead. Above 5 s: an outage that TCP repairs itself costs nothing. */
export const DEAD_MS = 7000;
/** How long a doubtful link (the computer woke up, the network changed) may take to answer. */
export const PROBE_MS = 2500;
export const CONNECT_MS = 6000;
export const BACKOFF_MIN_MS = 300;
export const BACKOFF_MAX_MS = 5000;

interface Pending {
  resolve(reply: unknown): void;
  reject(error: RequestError): void;
}

interface Envelope {
  type?: unknown;
  re?: unknown;
  ok?: unknown;
  error?: unknown;
  text?: unknown;
}

export class Channel {
  #state: ChannelState = "idle";
  #socket: Socket | null = null;
  #attempts = 0;
  #nextId = 1;
  #pending = new Map<number, Pending>();
  #cancelPing = () => {};
  #cancelWait = () => {}; // connecting: too slow; open: dead; down: next attempt
  #deadline = Infinity; // of #cancelWait while open
  #rttMs = 0;

  constructor(
    private readonly connect: SocketFactory,
    private readonly timers: Timers,
    private readonly handlers: ChannelHandlers,
    private readonly random: () => number = Math.random,
  ) {}

  get state(): ChannelState {
    return this.#state;
  }

  /** Of the last ping. */
  get rttMs(): number {
    return this.#rttMs;
  }

  open(): void {
    if (this.#state === "idle") this.#dial();
  }

  /** Ends the conversation; requests without an answer are lost. */
  close(): void {
    if (this.#state === "closed") return;
    this.#hangUp();
    this.#enter("closed");
  }

  request<K extends RequestType>(type: K, fields: Fields<K>): Promise<Reply<K>> {
    const socket = this.#socket;
    if (this.#state !== "open" || !socket) {
      return Promise.reject(new RequestError("lost", "not connected"));
    }
    const id = this.#nextId++;
    return new Promise<Reply<K>>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (reply: unknown) => void, reject });
      socket.send(JSON.stringify({ type, id, ...fields }));
    });
  }

  /** The network may have changed: do not wait for the next ping, nor for the next attempt. */
  nudge(): void {
    if (this.#state === "down") this.#dial();
    else if (this.#state === "open") this.#ping(PROBE_MS);
  }

  #enter(state: ChannelState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.handlers.state(state);
  }

  #dial(): void {
    this.#cancelWait();
    // Late calls of a socket that we have given up find another one in its place.
    const current = () => this.#socket === socket;
    const socket: Socket = this.connect({
      open: () => current() && this.#opened(),
      message: (text) => current() && this.#received(text),
      close: () => current() && this.#lost(),
    });
    this.#socket = socket;
    this.#cancelWait = this.timers.after(CONNECT_MS, () => this.#lost());
    this.#enter("connecting");
  }

  #opened(): void {
    this.#cancelWait();
    this.#attempts = 0;
    this.#deadline = Infinity;
    this.#schedulePing();
    this.#enter("open");
  }

  #schedulePing(): void {
    this.#cancelPing();
    this.#cancelPing = this.timers.after(PING_MS, () => this.#ping(DEAD_MS));
  }

  #ping(patienceMs: number): void {
    const sent = this.timers.now();
    this.#expect(sent + patienceMs);
    this.request("ping", {} as Fields<"ping">).then(
      () => {
        this.#rttMs = this.timers.now() - sent;
      },
      () => {},
    );
    this.#schedulePing();
  }

  /** Something must be heard by then; a later ping does not put off what an earlier one began. */
  #expect(deadline: number): void {
    if (deadline >= this.#deadline) return;
    this.#deadline = deadline;
    this.#cancelWait();
    this.#cancelWait = this.timers.after(deadline - this.timers.now(), () => this.#lost());
  }

  #received(text: string): void {
    this.#cancelWait(); // anything heard means that the link lives
    this.#deadline = Infinity;
    const message = parse(text);
    if (!message) return;
    if (typeof message.re === "number") this.#settle(message.re, message);
    else if (typeof message.type === "string") this.#event(message as ServerEvent);
  }

  #settle(id: number, reply: Envelope): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    if (reply.ok === true) pending.resolve(reply);
    else pending.reject(new RequestError(String(reply.error ?? "bad_reply"), String(reply.text ?? "")));
  }

  #event(event: ServerEvent): void {
    this.handlers.event(event);
    // After a restart of the server we come back; every other `bye` is the last word.
    if (event.type === "bye" && event.reason !== "shutdown") this.close();
  }

  #lost(): void {
    this.#hangUp();
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#attempts++);
    const spread = Math.max(BACKOFF_MIN_MS, ceiling / 2);
    const delay = spread + (ceiling - spread) * this.random();
    this.#cancelWait = this.timers.after(delay, () => this.#dial());
    this.#enter("down");
  }

  #hangUp(): void {
    this.#cancelPing();
    this.#cancelWait();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const one of pending) one.reject(new RequestError("lost", "connection lost"));
  }
}

function parse(text: string): Envelope | null {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" && message !== null ? (message as Envelope) : null;
  } catch {
    return null; // not from our server; what it meant cannot be known
  }
}
