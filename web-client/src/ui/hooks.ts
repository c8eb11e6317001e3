// SPDX-License-Identifier: MIT
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** The title of the window while a page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} – Lectern` : "Lectern";
  }, [title]);
}

export type Loaded<T> = { state: "loading" } | { state: "failed"; error: unknown } | { state: "ready"; value: T };

/**
 * Fetches something, and again every `everyMs` while the page is seen and on `reload`. What was fetched stays when a
 * later fetch fails: `stale` then tells it.
 */
export function useFetched<T>(fetcher: () => Promise<T>, key: string, everyMs = 0): {
  loaded: Loaded<T>;
  stale: boolean;
  reload: () => void;
} {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  const [stale, setStale] = useState(false);
  const latest = useRef(fetcher);
  latest.current = fetcher;
  const run = useRef(0);

  const reload = useCallback(() => {
    const mine = ++run.current;
    latest.current().then(
      (value) => {
        if (mine !== run.current) return;
        setLoaded({ state: "ready", value });
        setStale(false);
      },
      (error: unknown) => {
        if (mine !== run.current) return;
        setLoaded((before) => (before.state === "ready" ? before : { state: "failed", error }));
        setStale(true);
      },
    );
  }, []);

  useEffect(() => {
    setLoaded({ state: "loading" });
    reload();
    return () => void run.current++;
  }, [key, reload]);

  useEffect(() => {
    if (!everyMs) return;
    const whenSeen = () => {
      if (!document.hidden) reload();
    };
    const timer = setInterval(whenSeen, everyMs);
    document.addEventListener("visibilitychange", whenSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", whenSeen);
    };
  }, [everyMs, reload]);

  return { loaded, stale, reload };
}

/** The time, again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
