// SPDX-License-Identifier: MIT
export type ClipKind = "mic" | "camera" | "screen";
export interface Manifest {
  version: number;
}
export interface RecordedEvent {
  at_ms: number;
  type: string;
}
