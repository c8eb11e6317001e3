// SPDX-License-Identifier: MIT
// The frame: which page is shown, and the bar that all pages share but the class and the replay, which are full screens.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import compass from "lucide-static/icons/compass.svg?icon";
import "./App.css";
import { Bar, PhonePages } from "./Bar";
import { Lazy, lazyPage, officePage, type LazyPage } from "./Lazy";
import { Link } from "./Link";
import { EmptyState, Toasts } from "./parts";
import { current, type Route } from "./router";

const pages = {
  home: lazyPage(() => import("./pages/Home")),
  library: lazyPage(() => import("./pages/Library")),
  timetable: officePage(() => import("./office/timetable/Timetable")),
  replay: lazyPage(() => import("./pages/Replay")),
  class: lazyPage(() => import("./classroom/index")),
  welcome: officePage(() => import("./office/SignIn")),
  link: officePage(() => import("./office/ByLink")),
  account: officePage(() => import("./office/Account")),
  courses: officePage(() => import("./office/Courses")),
  course: officePage(() => import("./office/Course")),
  groups: officePage(() => import("./office/Groups")),
  people: officePage(() => import("./office/People")),
};
type Pages = typeof pages;

/** Which page an address needs, and what it is given. */
function pageOf(route: Route): { [K in keyof Pages]: [K, Pages[K] extends LazyPage<infer P> ? P : never, string?] }[keyof Pages] | null {
  switch (route.page) {
    case "welcome":
      return ["welcome", { reason: route.expired ? "expired" : "unknown" }];
    case "invite":
    case "reset":
    case "guest":
      return ["link", { by: route.page, token: route.token }, route.token];
    case "class":
      return ["class", { sessionId: route.session }, route.session];
    case "replay":
      return ["replay", { recordingId: route.recording, at: route.at }, route.recording];
    case "home":
    case "library":
    case "timetable":
    case "account":
    case "courses":
      return [route.page, {}];
    case "course":
      return ["course", { courseId: route.course }, route.course];
    case "groups":
      return ["groups", { groupId: route.group }, route.group ?? ""];
    case "people":
      return ["people", { personId: route.person }];
    default:
      return null;
  }
}

/** Full screens, without the bar. */
const BARE: ReadonlySet<Route["page"]> = new Set(["welcome", "invite", "reset", "guest", "class", "replay"]);

/** Starts fetching the page of the address while the person is still being asked for. */
export function preload(route: Route): void {
  const found = pageOf(route);
  if (found) pages[found[0]].load().catch(() => undefined); // Lazy tries again, and tells
}

export function App() {
  const route = current.value.route;
  return (
    <>
      <Shown route={route} />
      <Toasts />
    </>
  );
}

function Shown({ route }: { route: Route }) {
  const found = pageOf(route);
  if (!found) return <Framed><Nowhere /></Framed>;
  const [name, props, key] = found;
  const page = <Lazy key={`${name} ${key ?? ""}`} page={pages[name] as LazyPage<object>} props={props as object} />;
  return BARE.has(route.page) ? page : <Framed>{page}</Framed>;
}

/** Instead of any page, for one whom the server does not know. */
export function SignedOut() {
  const props = { reason: "signed_out" as const };
  return <Lazy page={pages.welcome} props={props} />;
}

function Framed({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip button" href="#content">{t`Skip to content`}</a>
      <Bar />
      <main class="page" id="content" tabIndex={-1}>{children}</main>
      <PhonePages />
    </>
  );
}

function Nowhere() {
  return (
    <EmptyState
      alone
      icon={compass}
      title={t`There is no such page`}
      text={t`The address may be incomplete.`}
      action={<Link to="" button="primary">{t`Go to the home page`}</Link>}
    />
  );
}
