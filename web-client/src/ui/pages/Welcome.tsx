// SPDX-License-Identifier: MIT
// For somebody whom the server does not know: how to sign in, and what became of the link they used.
import { t } from "@lingui/core/macro";
import warning from "lucide-static/icons/triangle-alert.svg?icon";
import { LanguageMenu, Mark } from "../Bar";
import { Icon } from "../parts/Icon";
import "./Welcome.css";

export type WelcomeReason = "unknown" | "expired" | "signed_out";

export function Welcome({ reason }: { reason: WelcomeReason }) {
  const notice = noticeOf(reason);
  return (
    <div class="welcome">
      <header class="welcome-top">
        <span class="bar-mark"><Mark /> Lectern</span>
        <LanguageMenu />
      </header>
      <main class="welcome-body">
        <h1>{t`Sign in with your link`}</h1>
        {notice && (
          <p class="welcome-notice" role="alert">
            <Icon of={warning} />
            <span>{notice}</span>
          </p>
        )}
        <p class="quiet">{t`Lectern has no passwords. Your academy sends you a sign-in link of your own.`}</p>
        <ol>
          <li>{t`Find the message from your academy with your sign-in link.`}</li>
          <li>{t`Open the link on the device that you want to use for class.`}</li>
          <li>{t`No link, or it does not work? Ask your coordinator for a new one.`}</li>
        </ol>
      </main>
    </div>
  );
}

function noticeOf(reason: WelcomeReason): string | null {
  if (reason === "expired") return t`This sign-in link was used already or is too old. Ask your coordinator for a new one.`;
  if (reason === "signed_out") return t`You are signed out on this device. Open your sign-in link to come back.`;
  return null;
}
