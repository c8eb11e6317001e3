// SPDX-License-Identifier: MIT
// What a session is given, and when it tries again.
import type { SocketFactory, Timers } from "../proto/channel";
import type { Notice } from "./notice";
import type { MediaPort } from "./port";

export interface SessionOptions {
  /** Id of the course session. */
  session: string;
  /** Random, once for each load of the page. */
  instance: string;
  connect: SocketFactory;
  timers: Timers;
  media: MediaPort;
  notice(notice: Notice): void;
}

/** How long to wait before `enter` is tried again after an answer that may change by itself. */
export const RETRY_MS: Partial<Record<string, number>> = {
  too_fast: 2000,
  unavailable: 2000,
  early: 10_000,
};
