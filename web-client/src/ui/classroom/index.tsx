// SPDX-License-Identifier: MIT
export default function Class({ sessionId }: { sessionId: string }) {
  return <h1>{sessionId}</h1>;
}
