// SPDX-License-Identifier: MIT
// What a link from a message opens: an invitation or a new password, or one class for a guest.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { isLine, judgePassword, NAME_MOST } from "../../academy/rules";
import { ApiError, createCall } from "../../api/client";
import type { Entered, GuestOf, Invited } from "../../api/office";
import { clockTime, day, zoneName } from "../../i18n/format";
import { useFetched, useTitle } from "../hooks";
import { Busy, TextField } from "../parts";
import { Form } from "../parts/Form";
import { Entry, Notice } from "./Entry";
import { follow, SecondStep } from "./SignIn";
import { explainOffice, passwordFault } from "./words";

const call = createCall("/api/v1");

interface Props {
  by: "invite" | "reset" | "guest";
  token: string;
}

export default function ByLink({ by, token }: Props) {
  const path = `/${by}/${token}`;
  const { loaded } = useFetched(() => call<Invited | GuestOf>("GET", path), path);
  const [entered, setEntered] = useState<Entered | null>(null);
  const [again, setAgain] = useState("");
  useTitle(t`Welcome`);
  if (entered) {
    return (
      <SecondStep
        entered={entered}
        onExpired={(text) => {
          setAgain(text);
          setEntered(null);
        }}
      />
    );
  }
  return (
    <Entry>
      {loaded.state === "loading" && <Busy text={t`Opening the link…`} />}
      {loaded.state === "failed" && <Dead error={loaded.error} />}
      {again && <Notice>{again}</Notice>}
      {loaded.state === "ready" && (by === "guest"
        ? <Guest path={path} of={loaded.value as GuestOf} />
        : <SetPassword path={path} fresh={by === "invite"} of={loaded.value as Invited} onEntered={(answer) => follow(answer, setEntered)} />)}
    </Entry>
  );
}

function Dead({ error }: { error: unknown }) {
  const gone = error instanceof ApiError && error.code === "not_found";
  return (
    <>
      <h1>{gone ? t`This link opens nothing` : t`The link did not open`}</h1>
      <p role="alert">{gone ? t`It was used already or is too old. Ask for a new one.` : explainOffice(error)}</p>
      {gone && <a class="button" href="/signin">{t`Go to the sign-in page`}</a>}
    </>
  );
}

function SetPassword({ path, fresh, of, onEntered }: { path: string; fresh: boolean; of: Invited; onEntered: (answer: Entered) => void }) {
  const [password, setPassword] = useState("");
  const [seen, setSeen] = useState(false);
  const [tried, setTried] = useState(false);
  const [known, setKnown] = useState(false);
  const { name, site, email } = of;
  const fault = known ? (password ? "" : t`Enter your password.`) : passwordFault(judgePassword(password, [name, email, email.split("@")[0] ?? ""]));
  const send = async () => {
    try {
      onEntered(await call<Entered>("POST", path, { password }));
    } catch (error) {
      if (error instanceof ApiError && error.reason === "wrong") setKnown(true);
      throw error;
    }
  };
  return (
    <>
      <div>
        <p class="quiet">{site}</p>
        <h1>{fresh ? t`Welcome, ${name}` : t`A new password`}</h1>
      </div>
      <p>{known
        ? t`There is an account with this address already. Enter its password to join ${site}.`
        : fresh ? t`Choose a password. With it and your address you sign in from any device.` : t`Choose a new password. You are then signed out everywhere else.`}</p>
      <Form
        large
        send={fresh ? t`Join` : t`Set the password`}
        explain={explainOffice}
        check={() => {
          setTried(true);
          return !fault;
        }}
        onSend={send}
      >
        <TextField label={t`E-mail address`} type="email" name="email" autoComplete="username" value={email} readOnly onInput={() => undefined} />
        <TextField
          label={t`Password`} type={seen ? "text" : "password"} name="password" autoComplete={known ? "current-password" : "new-password"} required
          hint={known ? undefined : t`At least 10 characters. Several words make a good one.`}
          value={password} error={tried ? fault : ""} onInput={setPassword}
        />
        <label class="choice small">
          <input type="checkbox" checked={seen} onChange={(event) => setSeen(event.currentTarget.checked)} />
          <span>{t`Show the password`}</span>
        </label>
      </Form>
    </>
  );
}

function Guest({ path, of }: { path: string; of: GuestOf }) {
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const fault = isLine(name, NAME_MOST - 28) ? "" : t`Enter your name.`;
  const [when, at, zone] = [day(of.starts_at), clockTime(of.starts_at), zoneName(of.starts_at)];
  return (
    <>
      <div>
        <p class="quiet">{of.course}</p>
        <h1>{of.session}</h1>
        <p class="quiet numbers">{t`${when}, ${at} ${zone}`}</p>
      </div>
      <p>{t`You are invited to this class as a guest. Everybody in it sees your name.`}</p>
      <Form
        large
        send={t`Go to the class`}
        explain={explainOffice}
        check={() => {
          setTried(true);
          return !fault;
        }}
        onSend={async () => follow(await call<Entered>("POST", path, { name: name.trim() }), () => undefined)}
      >
        <TextField label={t`Your name`} name="name" autoComplete="name" required maxLength={99} value={name} error={tried ? fault : ""} onInput={setName} autoFocus />
      </Form>
    </>
  );
}
