// SPDX-License-Identifier: MIT
// The frame: which page is shown, and the bar that all pages share but the class and the replay, which are full screens.
import { t } from "@lingui/core/macro";
import type { ComponentChildren } from "preact";
import compass from "lucide-static/icons/compass.svg?icon";
import "./App.css";
import { Bar } from "./Bar";
import { Lazy, lazyPage, type LazyPage } from "./Lazy";
import { Link } from "./Link";
import { Welcome } from "./pages/Welcome";
import { EmptyState, Toasts } from "./parts";
import { current, type Route } from "./router";

const pages = {
  home: lazyPage(() => import("./pages/Home")),
  library: lazyPage(() => import("./pages/Library")),
  replay: lazyPage(() => import("./pages/Replay")),
  class: lazyPage(() => import("./classroom/index")),
};

/** Starts fetching the page of the address while the person is still being asked for. */
export function preload(route: Route): void {
  if (route.page === "welcome" || route.page === "nowhere") return;
  const page: LazyPage<never> = pages[route.page] as LazyPage<never>;
  page.load().catch(() => undefined); // Lazy tries again, and tells
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
  switch (route.page) {
    case "welcome":
      return <Welcome reason={route.expired ? "expired" : "unknown"} />;
    case "class":
      return <Lazy key={route.session} page={pages.class} props={{ sessionId: route.session }} />;
    case "replay":
      return <Lazy key={route.recording} page={pages.replay} props={{ recordingId: route.recording, at: route.at }} />;
    case "home":
      return <Framed><Lazy page={pages.home} props={{}} /></Framed>;
    case "library":
      return <Framed><Lazy page={pages.library} props={{}} /></Framed>;
    case "nowhere":
      return <Framed><Nowhere /></Framed>;
  }
}

function Framed({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip button" href="#content">{t`Skip to content`}</a>
      <Bar />
      <main class="page" id="content" tabIndex={-1}>{children}</main>
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
