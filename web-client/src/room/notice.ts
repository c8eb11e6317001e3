// SPDX-License-Identifier: MIT
/* What the session tells the pages: where the stay is, and what a person should hear of. */
import type { RequestType } from "../proto/messages.gen";
import type { Kind } from "./port";

export type Phase =
  "idle" | "entering" | "waiting" | "in" | "reconnecting" | "ended" | "removed" | "replaced" | "refused" | "left";

/** Phases that end by nothing but a new `enter`. */
export const FINAL: ReadonlySet<Phase> = new Set(["ended", "removed", "replaced", "refused", "left"]);

/** Something that a person should be told once. */
export type Notice =
  | { type: "floor_given"; kinds: Kind[] }
  | { type: "floor_taken" }
  | { type: "muted" }
  | { type: "screen_taken" }
  | { type: "hand"; name: string }
  | { type: "hand_lowered" }
  | { type: "recording"; on: boolean }
  | { type: "stopped"; kind: Kind }
  | { type: "not_allowed"; kind: Kind }
  | { type: "refused"; request: RequestType; code: string };
