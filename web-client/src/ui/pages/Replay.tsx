// SPDX-License-Identifier: MIT
export default function Replay({ recordingId }: { recordingId: string; at: string | null }) {
  return <h1>{recordingId}</h1>;
}
