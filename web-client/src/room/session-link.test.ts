// SPDX-License-Identifier: MIT
/* What a session does when its connection or its media are lost. */
import { beforeEach, describe, expect, it } from "vitest";
import { settle, type FakeTimers } from "../proto/testing";
import { CONNECT_MS, WEAK_MS } from "./medialink";
import type { Notice } from "./notice";
import { desk, FakeClass, member, type Desk, type FakeMedia } from "./testing";

const teacher = member("m1", { role: "instructor", name: "Ana Pérez" });
const trainee = member("m2", { name: "Jan de Vries" });

let timers: FakeTimers;
let media: FakeMedia;
let notices: Notice[];
let enter: Desk["enter"];

beforeEach(() => {
  ({ timers, media, notices, enter } = desk());
});

describe("a lost connection", () => {
  it("keeps the peer and the seat when the server does", async () => {
    const server = new FakeClass(teacher);
    const session = await enter(server);
    media.handlers?.peer("connected");
    await session.turn("mic", true);
    await settle();
    server.network.last.handlers.close();
    expect(session.phase.value).toBe("reconnecting");
    expect(session.link.state.value).toBe("connected");

    server.enter = { ...server.enter, media: "keep" };
    await timers.pass(1000);
    expect(session.phase.value).toBe("in");
    expect(session.sending.value.mic).toBe(true);
    expect(server.of("enter")).toHaveLength(2);
    expect(server.of("enter")[1]).toMatchObject({ instance: "i1", session: "s1" });
    expect(media.offers).toBe(1);
  });

  it("obeys a mute of the meantime", async () => {
    const server = new FakeClass(teacher);
    const session = await enter(server);
    await session.turn("mic", true);
    await settle();
    server.network.last.handlers.close();
    server.enter = { ...server.enter, media: "keep", members: [{ ...teacher, mic: false }] };
    await timers.pass(1000);
    expect(session.sending.value.mic).toBe(false);
  });

  it("brings new media and the old choices after a restart of the server", async () => {
    const server = new FakeClass(teacher);
    const session = await enter(server);
    await session.turn("mic", true);
    await settle();
    server.say({ type: "bye", reason: "shutdown" });
    server.network.last.handlers.close();
    server.enter = { ...server.enter, members: [teacher] };
    await timers.pass(1000);
    expect(session.phase.value).toBe("in");
    expect(media.offers).toBe(2);
    expect(server.of("media").at(-1)).toMatchObject({ mic: true });
  });

  it("makes a new peer when the answer never came", async () => {
    const server = new FakeClass(teacher);
    server.silent.add("offer");
    await enter(server);
    server.network.last.handlers.close();
    server.silent.delete("offer");
    server.enter = { ...server.enter, media: "keep" };
    await timers.pass(1000);
    expect(media.offers).toBe(2);
    expect(media.answers).toEqual(["answer to offer 2"]);
  });

  it("finds out whether a chat line was written", async () => {
    const server = new FakeClass(trainee);
    const session = await enter(server);
    server.silent.add("chat");
    const written = session.say("Good morning");
    const lost = session.say("Nobody saw this");
    await settle();
    const line = { line: 1, member: "m2", name: trainee.name, at: 1, text: "Good morning" };
    server.enter = { ...server.enter, chat: [line] };
    server.network.last.handlers.close();
    await timers.pass(1000);
    expect(await written).toBe(true);
    expect(await lost).toBe(false);
    expect(notices.filter((n) => n.type === "refused")).toHaveLength(1);
  });
});

describe("the media way", () => {
  it("is given time, then an ICE restart, then a new peer", async () => {
    const server = new FakeClass(teacher);
    await enter(server);
    media.handlers?.peer("connected");
    media.handlers?.peer("weak");
    await timers.pass(WEAK_MS - 1);
    expect(media.restarts).toBe(0);
    await timers.pass(1);
    expect(media.restarts).toBe(1);
    await timers.pass(CONNECT_MS + 1000);
    expect(media.offers).toBe(2);
    expect(media.restarts).toBe(1);
  });

  it("that comes back by itself is left alone", async () => {
    const server = new FakeClass(teacher);
    await enter(server);
    media.handlers?.peer("connected");
    media.handlers?.peer("weak");
    await timers.pass(1000);
    media.handlers?.peer("connected");
    await timers.pass(60_000);
    expect(media.restarts + media.offers).toBe(1);
  });

  it("is made anew when the server lost it", async () => {
    const server = new FakeClass(teacher);
    await enter(server);
    media.handlers?.peer("connected");
    server.say({ type: "lost" });
    await settle();
    expect(media.offers).toBe(2);
  });

  it("is tried again, ever more rarely, while the server refuses it", async () => {
    const server = new FakeClass(teacher);
    server.refusals.set("offer", "unavailable");
    await enter(server);
    await timers.pass(60_000);
    expect(media.offers).toBeGreaterThan(4);
    expect(media.offers).toBeLessThan(14);
    server.refusals.delete("offer");
    await timers.pass(8000);
    expect(media.answers).toHaveLength(1);
  });
});
