// SPDX-License-Identifier: MIT
import { beforeEach, describe, expect, it } from "vitest";
import { BACKOFF_MAX_MS, Channel, CONNECT_MS, DEAD_MS, PING_MS, PROBE_MS, type ChannelState } from "./channel";
import type { ServerEvent } from "./messages.gen";
import { FakeNetwork, FakeTimers, settle } from "./testing";

let timers: FakeTimers;
let network: FakeNetwork;
let states: ChannelState[];
let events: ServerEvent[];
let channel: Channel;

beforeEach(() => {
  timers = new FakeTimers();
  network = new FakeNetwork();
  states = [];
  events = [];
  const handlers = { state: (s: ChannelState) => states.push(s), event: (e: ServerEvent) => events.push(e) };
  channel = new Channel(network.connect, timers, handlers, () => 0.5);
  network.onsocket = (socket) => (socket.onrequest = (r) => r.type === "ping" && socket.reply(r, { now: 1 }));
});

async function open() {
  channel.open();
  await settle();
  expect(channel.state).toBe("open");
}

describe("requests", () => {
  it("gives each reply to its own request", async () => {
    await open();
    const first = channel.request("chat", { text: "one" });
    const second = channel.request("chat", { text: "two" });
    const [one, two] = network.last.sent;
    network.last.reply(two!, { line: 2 });
    network.last.reply(one!, { line: 1 });
    expect(await first).toMatchObject({ line: 1 });
    expect(await second).toMatchObject({ line: 2 });
  });

  it("rejects with the code of the server", async () => {
    await open();
    const request = channel.request("chat", { text: "x" });
    network.last.refuse(network.last.sent[0]!, "too_fast");
    await expect(request).rejects.toMatchObject({ code: "too_fast" });
  });

  it("are lost when the socket closes, and when there is none", async () => {
    await open();
    const request = channel.request("chat", { text: "x" });
    network.last.handlers.close();
    await expect(request).rejects.toMatchObject({ code: "lost" });
    await expect(channel.request("chat", { text: "y" })).rejects.toMatchObject({ code: "lost" });
  });

  it("ignores what is not a message of ours", async () => {
    await open();
    for (const text of ["", "nonsense", "7", "null", "[]", '{"re":99,"ok":true}']) network.last.handlers.message(text);
    expect(channel.state).toBe("open");
    expect(events).toEqual([]);
  });
});

describe("a dead link", () => {
  it("is noticed when a ping stays without an answer", async () => {
    await open();
    network.carries = false;
    await timers.pass(PING_MS + DEAD_MS - 1);
    expect(channel.state).toBe("open");
    await timers.pass(1);
    expect(channel.state).toBe("down");
  });

  it("does not cost the socket if it lasts 5 s", async () => {
    await open();
    for (let phase = 0; phase < 10; phase++) {
      await timers.pass(500);
      network.carries = false;
      await timers.pass(5000);
      network.carries = true;
      network.last.say({ type: "heard", members: [], speaker: "" }); // what TCP had kept arrives
      await timers.pass(4000);
    }
    expect(network.sockets).toHaveLength(1);
    expect(states).toEqual(["connecting", "open"]);
  });

  it("is found at once after a nudge", async () => {
    await open();
    network.carries = false;
    channel.nudge();
    await timers.pass(PROBE_MS);
    expect(channel.state).toBe("down");
  });

  it("a late word of a given-up socket changes nothing", async () => {
    await open();
    const old = network.last;
    old.handlers.close();
    await timers.pass(1000);
    expect(channel.state).toBe("open");
    old.handlers.message(JSON.stringify({ type: "bye", reason: "ended" }));
    old.handlers.close();
    expect(channel.state).toBe("open");
    expect(events).toEqual([]);
  });
});

describe("coming back", () => {
  it("waits longer each time, 0.3 s to 5 s", async () => {
    await open();
    network.connect(network.last.handlers); // keeps `last` apart from the socket in use
    network.carries = false;
    network.sockets[0]!.handlers.close();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const before = network.sockets.length;
      const began = timers.now();
      while (network.sockets.length === before) await timers.pass(10);
      waits.push(timers.now() - began);
      network.last.handlers.close();
    }
    expect(waits[0]).toBeLessThanOrEqual(310);
    expect(waits.at(-1)).toBeLessThanOrEqual(BACKOFF_MAX_MS);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(BACKOFF_MAX_MS / 2);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  });

  it("gives up a connection that does not open, and tries another", async () => {
    network.carries = false;
    channel.open();
    await timers.pass(CONNECT_MS);
    expect(channel.state).toBe("down");
    expect(network.last.closed).toBe(true);
    network.carries = true;
    await timers.pass(1000);
    expect(channel.state).toBe("open");
  });

  it("after a restart of the server, not after another bye", async () => {
    await open();
    network.last.say({ type: "bye", reason: "shutdown" });
    expect(channel.state).toBe("open");
    network.last.handlers.close();
    await timers.pass(1000);
    expect(channel.state).toBe("open");
    network.last.say({ type: "bye", reason: "removed" });
    expect(channel.state).toBe("closed");
    await timers.pass(60_000);
    expect(network.sockets).toHaveLength(2);
  });
});
