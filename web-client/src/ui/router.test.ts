// SPDX-License-Identifier: MIT
import { beforeAll, describe, expect, it, vi } from "vitest";

let parseRoute: typeof import("./router").parseRoute;
beforeAll(async () => {
  vi.stubGlobal("location", { pathname: "/", search: "" });
  ({ parseRoute } = await import("./router"));
});

describe("addresses", () => {
  it.each([
    ["/", "", null, { page: "welcome", expired: false }],
    ["/", "?link=expired", null, { page: "welcome", expired: true }],
    ["/u/3", "", "3", { page: "home" }],
    ["/u/3/", "", "3", { page: "home" }],
    ["/u/3/library", "", "3", { page: "library" }],
    ["/u/3/library/", "", "3", { page: "library" }],
    ["/u/3/class/s%20one", "", "3", { page: "class", session: "s one" }],
    ["/u/12/replay/r1", "?t=1h", "12", { page: "replay", recording: "r1", at: "1h" }],
    ["/u/3/class", "", "3", { page: "nowhere" }],
    ["/u/3/class/a/b", "", "3", { page: "nowhere" }],
    ["/u/x/", "", null, { page: "nowhere" }],
    ["/u/3/%zz", "", "3", { page: "nowhere" }],
  ])("%s%s", (path, query, person, route) => {
    expect(parseRoute(path, query)).toEqual({ person, route });
  });
});
