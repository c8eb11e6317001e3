// SPDX-License-Identifier: MIT
// The page for somebody whom the server does not know: address and password, then a second factor where there is one.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { isCode, cleanCode, isEmail } from "../../academy/rules";
import { ApiError, createCall } from "../../api/client";
import type { Entered } from "../../api/office";
import { useTitle } from "../hooks";
import { TextField } from "../parts";
import { Form } from "../parts/Form";
import { Entry, Notice } from "./Entry";
import { CodeField, RecoveryCodes, Setup } from "./SecondFactor";
import { explainOffice } from "./words";

const call = createCall("/api/v1");

export type SignInReason = "unknown" | "expired" | "signed_out";

export default function SignIn({ reason }: { reason: SignInReason }) {
  useTitle(t`Sign in`);
  const [entered, setEntered] = useState<Entered | null>(null);
  const [notice, setNotice] = useState<string | null>(null);
  if (entered) {
    return (
      <SecondStep
        entered={entered}
        onExpired={(text) => {
          setNotice(text);
          setEntered(null);
        }}
      />
    );
  }
  return (
    <Entry>
      <h1>{t`Sign in`}</h1>
      {(notice ?? noticeOf(reason)) && <Notice>{notice ?? noticeOf(reason)}</Notice>}
      <Credentials onEntered={(answer) => follow(answer, setEntered)} />
      <p class="entry-foot">
        {t`New here, or your password does not work? A coordinator of your academy gives you a link that sets one.`}
      </p>
    </Entry>
  );
}

function noticeOf(reason: SignInReason): string | null {
  if (reason === "expired") return t`This sign-in link was used already or is too old. Ask your coordinator for a new one.`;
  if (reason === "signed_out") return t`You are signed out on this device. Sign in to come back to this page.`;
  return null;
}

/** Goes in, or on to what is still asked for. */
export function follow(answer: Entered, ask: (answer: Entered) => void): void {
  if (answer.n !== undefined && !answer.recovery) enter(answer);
  else ask(answer);
}

/** The page that was wanted, if it is this person's; a guest's class; else home. */
function enter({ n, session }: Entered): void {
  const home = `/u/${n}/`;
  if (session) location.assign(`${home}class/${encodeURIComponent(session)}`);
  else if (location.pathname.startsWith(home)) location.reload();
  else location.assign(home);
}

function Credentials({ onEntered }: { onEntered: (answer: Entered) => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const emailError = isEmail(email) ? "" : t`Enter your e-mail address.`;
  const passwordError = password ? "" : t`Enter your password.`;
  return (
    <Form
      large
      send={t`Sign in`}
      explain={explainOffice}
      check={() => {
        setTried(true);
        return !emailError && !passwordError;
      }}
      onSend={async () => onEntered(await call<Entered>("POST", "/signin", { email: email.trim(), password }))}
    >
      <TextField
        label={t`E-mail address`} type="email" name="email" autoComplete="username" inputMode="email" required autoFocus
        value={email} error={tried ? emailError : ""} onInput={setEmail}
      />
      <TextField
        label={t`Password`} type="password" name="password" autoComplete="current-password" required
        value={password} error={tried ? passwordError : ""} onInput={setPassword}
      />
    </Form>
  );
}

interface StepProps {
  entered: Entered;
  /** The password has to be given again, and why. */
  onExpired: (text: string) => void;
}

export function SecondStep({ entered, onExpired }: StepProps) {
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState<Entered | null>(entered.recovery ? entered : null);
  const setup = entered.setup;
  if (done?.recovery) {
    return (
      <Entry>
        <h1>{t`Your recovery codes`}</h1>
        <RecoveryCodes codes={done.recovery} done={t`I have kept them`} onDone={() => enter(done)} />
      </Entry>
    );
  }
  const send = async () => {
    try {
      const answer = await call<Entered>("POST", "/signin", { ticket: entered.ticket, code: cleanCode(code) });
      follow(answer, setDone);
    } catch (error) {
      if (error instanceof ApiError && error.reason === "ticket_expired") onExpired(explainOffice(error));
      else throw error;
    }
  };
  return (
    <Entry>
      <h1>{setup ? t`Set up a second factor` : t`One more step`}</h1>
      {setup && <p class="quiet">{t`Your academy asks its administrators and coordinators for a second factor.`}</p>}
      {setup && <Setup proposed={setup} />}
      <Form
        large
        send={t`Go on`}
        explain={explainOffice}
        check={() => {
          setTried(true);
          return isCode(code);
        }}
        onSend={send}
      >
        <CodeField value={code} recovery={!setup} error={tried && !isCode(code) ? t`A code has six digits.` : ""} onInput={setCode} />
      </Form>
      {!setup && <p class="entry-foot">{t`No phone and no recovery code? An administrator of your academy can take the second factor away.`}</p>}
    </Entry>
  );
}
