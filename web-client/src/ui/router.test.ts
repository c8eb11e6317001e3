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
 ["/invite/abc_-9", "", null, { page: "invite", token: "abc_-9" }],
    ["/guest/abc", "", null, { page: "guest", token: "abc" }],
    ["/invite/", "", null, { page: "nowhere" }],
    ["/u/3/people", "", "3", { page: "people", person: null }],
    ["/u/3/people/p9", "", "3", { page: "people", person: "p9" }],
    ["/u/3/courses", "", "3", { page: "courses" }],
    ["/u/3/courses/k1", "", "3", { page: "course", course: "k1" }],
    ["/u/3/groups/g1", "", "3", { page: "groups", group: "g1" }],
    ["/u/3/account/x", "", "3", { page: "nowhere" }],
    ["/u/x/", "", null, { page: "nowhere" }],
    ["/u/3/%zz", "", "3", { page: "nowhere" }],
  ])("%s%s", (path, query, person, route) => {
    expect(parseRoute(path, query)).toEqual({ person, route });
  });
});
