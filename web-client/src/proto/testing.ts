// SPDX-License-Identifier: MIT
/* For tests: time that moves when it is told, and a network that is cut when it is told. */
import type { Socket, SocketHandlers, Timers } from "./channel";

export class FakeTimers implements Timers {
  #now = 0;
  #due: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.#now + ms, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((one) => one !== entry);
    };
  }

  /** Lets time pass; promises settle between one timer and the next. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#due.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((one) => one !== next);
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = end;
  }
}

export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

export interface Sent {
  type: string;
  id: number;
  [field: string]: unknown;
}

/** The server's end of one socket. */
export class FakeSocket implements Socket {
  readonly sent: Sent[] = [];
  closed = false;
  /** Called for every request while the network carries. */
  onrequest: (request: Sent) => void = () => {};

  constructor(
    readonly handlers: SocketHandlers,
    private readonly network: FakeNetwork,
  ) {}

  send(text: string): void {
    const request = JSON.parse(text) as Sent;
    this.sent.push(request);
    if (this.network.carries) this.onrequest(request);
  }

  close(): void {
    this.closed = true;
  }

  say(message: object): void {
    if (this.network.carries && !this.closed) this.handlers.message(JSON.stringify(message));
  }

  reply(request: Sent, fields: object = {}): void {
    this.say({ re: request.id, ok: true, ...fields });
  }

  refuse(request: Sent, error: string): void {
    this.say({ re: request.id, ok: false, error, text: error });
  }
}

export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];
  /** False: nothing arrives, in either direction, and nobody is told. */
  carries = true;
  onsocket: (socket: FakeSocket) => void = () => {};

  readonly connect = (handlers: SocketHandlers): Socket => {
    const socket = new FakeSocket(handlers, this);
    this.sockets.push(socket);
    if (this.carries) {
      this.onsocket(socket);
      void Promise.resolve().then(() => !socket.closed && handlers.open());
    }
    return socket;
  };

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }
}
