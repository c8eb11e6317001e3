// SPDX-License-Identifier: MIT
import { expect, it } from "vitest";
import { applyEvent, createModel, MAX_LINES } from "./model";
import { recall, remember } from "./memory";
import { member } from "./testing";

it("orders people: hosts, hands in their order, the floor, names", () => {
  const model = createModel();
  const people = [
    member("a", { name: "Zoë" }),
    member("b", { name: "Abel" }),
    member("c", { name: "Cas", may_speak: true }),
    member("d", { name: "Dina", hand: 9 }),
    member("e", { name: "Ed", hand: 4 }),
    member("f", { name: "Flo", role: "coordinator" }),
    member("g", { name: "Gus", role: "instructor" }),
  ];
  for (const one of people) applyEvent(model, { type: "member", member: one });
  expect(model.people.value.map((m) => m.id).join("")).toBe("gfedcba");
  expect(model.hands.value.map((m) => m.id).join("")).toBe("ed");
  applyEvent(model, { type: "gone", member: "d" });
  expect(model.people.value.map((m) => m.id).join("")).toBe("gfecba");
});

it("keeps chat lines once, in order, and not without end", () => {
  const model = createModel();
  const line = (n: number) => ({ line: n, member: "a", name: "A", at: n, text: `${n}` });
  for (let n = 1; n <= MAX_LINES + 10; n++) applyEvent(model, { type: "line", line: line(n) });
  applyEvent(model, { type: "line", line: line(MAX_LINES + 10) });
  expect(model.chat.value).toHaveLength(MAX_LINES);
  expect(model.chat.value.at(-1)?.line).toBe(MAX_LINES + 10);
});

it("remembers each class apart, and lives without storage", () => {
  const saved = new Map<string, string>();
  const store = {
    getItem: (key: string) => saved.get(key) ?? null,
    setItem: (key: string, value: string) => void saved.set(key, value),
    removeItem: (key: string) => void saved.delete(key),
  };
  remember(store, "s1", { draft: "half a sen", entered: true });
  remember(store, "s1", { panel: "chat" });
  expect(recall(store, "s1")).toMatchObject({ draft: "half a sen", entered: true, panel: "chat", mic: false });
  expect(recall(store, "s2").entered).toBe(false);

  const refused = () => {
    throw new Error("denied");
  };
  const none = { getItem: refused, setItem: refused, removeItem: refused };
  remember(none, "s1", { draft: "x" });
  expect(recall(none, "s1").draft).toBe("");
});
