// SPDX-License-Identifier: MIT
import { beforeEach, describe, expect, it } from "vitest";
import { settle, type FakeTimers } from "../proto/testing";
import type { Notice } from "./notice";
import { desk, FakeClass, member, ROOM, type Desk, type FakeMedia } from "./testing";

const teacher = member("m1", { role: "instructor", name: "Ana Pérez" });
const trainee = member("m2", { name: "Jan de Vries" });

let timers: FakeTimers;
let media: FakeMedia;
let notices: Notice[];
let enter: Desk["enter"];

beforeEach(() => {
  ({ timers, media, notices, enter } = desk());
});

describe("entering", () => {
  it("waits in the lobby, then enters anew and makes one offer", async () => {
    const server = new FakeClass(member("m2", { lobby: true }));
    server.enter = { ...server.enter, room: { ...ROOM, state: "waiting" } };
    const session = await enter(server);
    expect(session.phase.value).toBe("waiting");
    expect(server.of("offer")).toHaveLength(0);

    server.enter = { ...server.enter, room: ROOM };
    server.say({ type: "room", room: ROOM });
    await settle();
    expect(session.phase.value).toBe("waiting");

    server.change("m2", { lobby: false });
    await settle();
    expect(server.of("enter")).toHaveLength(2);
    expect(session.phase.value).toBe("in");
    expect(server.of("offer")).toHaveLength(1);
    expect(media.answers).toEqual(["answer to offer 1"]);

    server.say({ type: "room", room: { ...ROOM, recording: true } });
    await settle();
    expect(server.of("offer")).toHaveLength(1);
    expect(notices).toContainEqual({ type: "recording", on: true });
  });

  it("sends nothing that it may not, and tells of what it does", async () => {
    const server = new FakeClass(trainee, [teacher]);
    const session = await enter(server);
    await session.turn("mic", true);
    expect(media.on.size).toBe(0);
    expect(notices).toContainEqual({ type: "not_allowed", kind: "mic" });

    server.change("m2", { may_speak: true });
    expect(notices).toContainEqual({ type: "floor_given", kinds: ["mic"] });
    await session.turn("mic", true);
    expect(media.on).toEqual(new Set(["mic"]));
    expect(server.of("media").at(-1)).toMatchObject({ mic: true, camera: false, screen: false });
  });

  it("waits at a door that is still shut", async () => {
    const server = new FakeClass(trainee);
    server.refusals.set("enter", "early");
    const session = await enter(server);
    expect(session.phase.value).toBe("waiting");
    server.refusals.delete("enter");
    await timers.pass(10_000);
    expect(session.phase.value).toBe("in");
  });

  it("is refused for good, or ended, or tried again", async () => {
    const server = new FakeClass(trainee);
    server.refusals.set("enter", "unavailable");
    const session = await enter(server);
    expect(session.phase.value).toBe("entering");
    server.refusals.set("enter", "forbidden");
    await timers.pass(2000);
    expect(session.phase.value).toBe("refused");
    expect(session.refusal.value).toBe("forbidden");

    const late = new FakeClass(trainee);
    late.refusals.set("enter", "ended");
    expect((await enter(late)).phase.value).toBe("ended");
  });
});

describe("a host", () => {
  it("takes the floor: what is sent stops at once", async () => {
    const server = new FakeClass({ ...trainee, may_speak: true, may_show: true }, [teacher]);
    const session = await enter(server);
    await session.turn("mic", true);
    await session.turn("camera", true);
    server.change("m2", { may_speak: false, may_show: false, mic: false, camera: false });
    expect(media.on.size).toBe(0);
    expect(session.sending.value).toEqual({ mic: false, camera: false, screen: false });
    expect(notices).toContainEqual({ type: "floor_taken" });
  });

  it("takes the floor while the browser still asks: the device is let go", async () => {
    const server = new FakeClass({ ...trainee, may_show: true }, [teacher]);
    const session = await enter(server);
    let allow = () => {};
    media.ready = new Promise((resolve) => (allow = resolve));
    const turning = session.turn("camera", true);
    server.change("m2", { may_show: false });
    allow();
    await turning;
    expect(media.on.size).toBe(0);
    expect(session.sending.value.camera).toBe(false);
  });

  it("mutes: the microphone goes off, and can be turned on again", async () => {
    const server = new FakeClass({ ...trainee, may_speak: true }, [teacher]);
    const session = await enter(server);
    await session.turn("mic", true);
    await settle();
    server.change("m2", { mic: false });
    expect(session.sending.value.mic).toBe(false);
    expect(notices).toContainEqual({ type: "muted" });
    await session.turn("mic", true);
    expect(session.sending.value.mic).toBe(true);
  });

  it("who shares takes the screen over from another", async () => {
    const server = new FakeClass(teacher);
    const session = await enter(server);
    await session.turn("screen", true);
    await settle();
    server.change("m1", { screen: false });
    expect(session.sending.value.screen).toBe(false);
    expect(media.on.size).toBe(0);
    expect(notices).toContainEqual({ type: "screen_taken" });
  });

  it("is told of hands, a trainee is not", async () => {
    const hand = { type: "hand", name: trainee.name };
    const server = new FakeClass(teacher, [trainee]);
    await enter(server);
    server.change("m2", { hand: 1 });
    server.change("m2", { hand: 1, present: false });
    expect(notices.filter((n) => n.type === "hand")).toEqual([hand]);

    notices = [];
    const other = new FakeClass(trainee, [teacher, member("m3")]);
    await enter(other);
    other.change("m3", { hand: 1 });
    expect(notices).toEqual([]);
  });
});

describe("own acts", () => {
  it("our own word on its way is not taken for a mute by a host", async () => {
    const server = new FakeClass({ ...trainee, may_speak: true }, [teacher]);
    const session = await enter(server);
    await settle();
    server.silent.add("media");
    await session.turn("mic", true);
    server.change("m2", { hand: 3 }); // an event from before our message: mic is false in it
    expect(session.sending.value.mic).toBe(true);
  });

  it("a mute that crosses our own word holds", async () => {
    const server = new FakeClass({ ...trainee, may_speak: true, may_show: true }, [teacher]);
    const session = await enter(server);
    await session.turn("mic", true);
    await settle();
    server.silent.add("media");
    await session.turn("camera", true);
    server.change("m2", { mic: false, mutes: 1 });
    await settle();
    expect(session.sending.value).toEqual({ mic: false, camera: true, screen: false });
    expect(notices).toContainEqual({ type: "muted" });
  });

  it("letting go before the device is there leaves it off", async () => {
    const server = new FakeClass({ ...trainee, may_speak: true });
    const session = await enter(server);
    let allow = () => {};
    media.ready = new Promise((resolve) => (allow = resolve));
    const turning = session.turn("mic", true);
    await session.turn("mic", false);
    allow();
    await turning;
    expect(session.sending.value.mic).toBe(false);
    expect(media.on.size).toBe(0);
  });

  it("a device that cannot be had is a problem, not an error", async () => {
    const session = await enter(new FakeClass(teacher));
    media.problem = "busy";
    await session.turn("camera", true);
    expect(session.problems.value.camera).toBe("busy");
    expect(session.opening.value.size).toBe(0);
    media.problem = null;
    await session.turn("camera", true);
    expect(session.problems.value.camera).toBeUndefined();
  });

  it("the last state always reaches the server", async () => {
    const server = new FakeClass(teacher);
    const session = await enter(server);
    for (const on of [true, false, true, false, true]) void session.turn("mic", on);
    await settle();
    expect(server.of("media").at(-1)).toMatchObject({ mic: session.sending.value.mic });
    expect(media.on.has("mic")).toBe(session.sending.value.mic);
  });

  it("a share that another one precludes ends, the rest goes on", async () => {
    const server = new FakeClass({ ...trainee, may_speak: true, may_share: true }, [teacher]);
    const session = await enter(server);
    await session.turn("mic", true);
    await settle();
    server.refusals.set("media", "unavailable");
    await session.turn("screen", true);
    server.refusals.delete("media");
    await settle();
    expect(session.sending.value).toEqual({ mic: true, camera: false, screen: false });
    expect(server.of("media").at(-1)).toMatchObject({ mic: true, screen: false });
    expect(notices).toContainEqual({ type: "screen_taken" });
  });

  it("the browser's own stop button ends a share", async () => {
    const server = new FakeClass(teacher);
    const session = await enter(server);
    await session.turn("screen", true);
    media.handlers?.stopped("screen");
    await settle();
    expect(session.sending.value.screen).toBe(false);
    expect(server.of("media").at(-1)).toMatchObject({ screen: false });
    expect(notices).toContainEqual({ type: "stopped", kind: "screen" });
  });
});

describe("the end", () => {
  it("of class tells the recording", async () => {
    const server = new FakeClass(trainee);
    const session = await enter(server);
    server.say({ type: "bye", reason: "ended", recording: "r1" });
    expect(session.phase.value).toBe("ended");
    expect(session.recording.value).toBe("r1");
    expect(media.closed).toBe(true);
    await timers.pass(60_000);
    expect(server.network.sockets).toHaveLength(1);
  });

  it("elsewhere can be taken back", async () => {
    const server = new FakeClass(trainee);
    const session = await enter(server);
    server.say({ type: "bye", reason: "replaced" });
    expect(session.phase.value).toBe("replaced");
    session.enter();
    await settle();
    expect(session.phase.value).toBe("in");
    expect(media.offers).toBe(2);
  });

  it("of our stay gives the seat up", async () => {
    const server = new FakeClass(trainee);
    const session = await enter(server);
    await session.leave();
    expect(server.of("leave")).toHaveLength(1);
    expect(session.phase.value).toBe("left");
  });
});

describe("views", () => {
  it("go out when they change, and all again on a new socket", async () => {
    const server = new FakeClass(trainee);
    const session = await enter(server);
    session.view(
      new Map([
        [0, 720],
        [1, 180],
      ]),
    );
    session.view(
      new Map([
        [0, 720],
        [1, 0],
      ]),
    );
    expect(server.of("view").map((v) => v["slots"])).toEqual([
      [
        { slot: 0, height: 720 },
        { slot: 1, height: 180 },
      ],
      [{ slot: 1, height: 0 }],
    ]);
    server.network.last.handlers.close();
    await timers.pass(1000);
    expect(server.of("view").at(-1)?.["slots"]).toEqual([
      { slot: 0, height: 720 },
      { slot: 1, height: 0 },
    ]);
  });
});
