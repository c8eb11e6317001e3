// SPDX-License-Identifier: MIT
// A page that is fetched when it is first shown. While it comes, words; if it does not come, a way to try again.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "@lingui/core/macro";
import { fetchOffice } from "../i18n/i18n";
import { Busy, Failed } from "./parts/Empty";

export interface LazyPage<P> {
  load: () => Promise<ComponentType<P>>;
  loaded: ComponentType<P> | null;
}

/** `load` is not called before the page is shown or `preload`ed. */
export function lazyPage<P>(load: () => Promise<{ default: ComponentType<P> }>): LazyPage<P> {
  const page: LazyPage<P> = {
    loaded: null,
    load: async () => (page.loaded = (await load()).default),
  };
  return page;
}

/** A page of ui/office: its words come with it. */
export function officePage<P>(load: () => Promise<{ default: ComponentType<P> }>): LazyPage<P> {
  return lazyPage(async () => (await Promise.all([load(), fetchOffice()]))[0]);
}

export function Lazy<P extends object>({ page, props }: { page: LazyPage<P>; props: P }) {
  const [attempt, retry] = useState(0);
  const [state, setState] = useState<"loading" | "failed" | "loaded">(page.loaded ? "loaded" : "loading");
  useEffect(() => {
    let wanted = true;
    const tell = (next: "failed" | "loaded") => wanted && setState(next);
    setState(page.loaded ? "loaded" : "loading");
    if (!page.loaded) page.load().then(() => tell("loaded"), () => tell("failed"));
    return () => {
      wanted = false;
    };
  }, [page, attempt]);
  const Page = page.loaded;
  if (Page) return <Page {...props} />;
  if (state === "failed") {
    return (
      <Failed
        alone
        title={t`This page did not load`}
        text={t`The connection may have dropped. Nothing was lost.`}
        onRetry={() => retry(attempt + 1)}
      />
    );
  }
  return <Busy text={t`Loading…`} />;
}
