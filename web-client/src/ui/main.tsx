// SPDX-License-Identifier: MIT
// Starts the client: theme, language, who it is, then the page of the address.
import { render } from "preact";
import { t } from "@lingui/core/macro";
import { ApiError } from "../api/client";
import { guessLocale, useLanguage } from "../i18n/i18n";
import { App, preload, SignedOut } from "./App";
import { Failed } from "./parts/Empty";
import { current, startRouter } from "./router";
import { explain, loadPerson } from "./session";
import { followSite } from "./site";
import "./style/tokens.css";
import "./style/base.css";
import { followTheme } from "./theme";

const root = document.getElementById("app") as HTMLElement;

async function start(): Promise<void> {
  const { person, route } = current.value;
  const words = useLanguage(guessLocale(navigator.languages));
  preload(route);
  try {
    // Both are on their way at once; the person's own language comes after the guess, so that it stays.
    if (person !== null) await loadPerson(words);
    else await words;
    followSite();
  } catch (error) {
    if (error instanceof ApiError && (error.code === "signed_out" || error.code === "not_found")) {
      render(<SignedOut />, root);
    } else {
      render(<main class="page"><Failed alone title={t`Lectern did not start`} text={explain(error)} onRetry={start} /></main>, root);
    }
    return;
  }
  render(<App />, root);
}

followTheme();
startRouter();
void start();
