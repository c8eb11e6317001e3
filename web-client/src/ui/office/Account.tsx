// SPDX-License-Identifier: MIT
// One's own account: what one is called and reads, how one signs in, and where one is signed in now.
import { t } from "@lingui/core/macro";
import { useState } from "preact/hooks";
import { cleanCode, isCode, isLine, judgePassword, NAME_MOST } from "../../academy/rules";
import { account, type Setup as Proposed, type Signin } from "../../api/office";
import { clockTime, dateOfYear } from "../../i18n/format";
import { isLocale, useLanguage } from "../../i18n/i18n";
import { useFetched, useTitle } from "../hooks";
import { Badge, Busy, Button, Dialog, Failed, Row, Rows, TextField, toast } from "../parts";
import { Form } from "../parts/Form";
import { api, explain, person } from "../session";
import { Confirm, LanguageField, Section, ZoneField } from "./parts";
import { CodeField, RecoveryCodes, Setup } from "./SecondFactor";
import "./Entry.css";
import { explainOffice, passwordFault } from "./words";

export default function Account() {
  useTitle(t`Account`);
  return (
    <div class="office">
      <div class="office-head">
        <div>
          <h1>{t`Account`}</h1>
          <p class="quiet">{person.value?.email}</p>
        </div>
      </div>
      <Profile />
      <Password />
      <Factor />
      <Signins />
    </div>
  );
}

function Profile() {
  const me = person.value;
  const [name, setName] = useState(me?.name ?? "");
  const [language, setLanguage] = useState(me?.language ?? "en");
  const [zone, setZone] = useState(me?.time_zone ?? "");
  const [tried, setTried] = useState(false);
  const fault = isLine(name, NAME_MOST) ? "" : t`Enter your name.`;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const send = async () => {
    person.value = await api().changeMe({ name: name.trim(), language, time_zone: zone });
    if (isLocale(language)) await useLanguage(language);
    toast(t`Saved.`);
  };
  return (
    <Section title={t`About you`}>
      <Form
        send={t`Save`}
        explain={explainOffice}
        check={() => {
          setTried(true);
          return !fault;
        }}
        onSend={send}
      >
        <TextField label={t`Name`} hint={t`As others see it in class and on certificates.`} value={name} maxLength={NAME_MOST} autoComplete="name" error={tried ? fault : ""} onInput={setName} />
        <div class="office-pair">
          <LanguageField value={language} onChange={setLanguage} />
          <ZoneField value={zone} none={t`As this device (${here})`} onChange={setZone} />
        </div>
      </Form>
    </Section>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const me = person.value;
  const fault = passwordFault(judgePassword(password, [me?.name ?? "", me?.email ?? ""]));
  const send = async () => {
    await account.setPassword(api().call, current, password);
    setCurrent("");
    setPassword("");
    setTried(false);
    toast(t`Your password is changed. Everywhere else you are signed out.`);
  };
  return (
    <Section title={t`Password`}>
      <Form
        send={t`Change the password`}
        explain={explainOffice}
        check={() => {
          setTried(true);
          return !fault;
        }}
        onSend={send}
      >
        <input class="unseen" type="text" name="email" autocomplete="username" value={me?.email} readOnly tabIndex={-1} aria-hidden="true" />
        <TextField label={t`Current password`} hint={t`Leave it empty if you never set one.`} type="password" name="current" autoComplete="current-password" value={current} onInput={setCurrent} />
        <TextField
          label={t`New password`} hint={t`At least 10 characters. Several words make a good one.`} type="password" name="new" autoComplete="new-password"
          value={password} error={tried ? fault : ""} onInput={setPassword}
        />
      </Form>
    </Section>
  );
}

type Doing = "none" | "set" | "renew" | "end";

function Factor() {
  const [doing, setDoing] = useState<Doing>("none");
  const has = person.value?.second_factor ?? false;
  const close = () => setDoing("none");
  const set = (second_factor: boolean) => {
    if (person.value) person.value = { ...person.value, second_factor };
  };
  return (
    <Section title={t`Second factor`}>
      <p>
        {has ? <Badge kind="good">{t`On`}</Badge> : <Badge>{t`Off`}</Badge>}{" "}
        {has ? t`Signing in asks for a code from your phone as well.` : t`A code from your phone as well as the password: then a stolen password opens nothing.`}
      </p>
      <div class="office-acts">
        <Button kind={has ? "plain" : "primary"} onClick={() => setDoing("set")}>{has ? t`Set up another phone` : t`Set it up`}</Button>
        {has && <Button onClick={() => setDoing("renew")}>{t`New recovery codes`}</Button>}
        {has && <Button onClick={() => setDoing("end")}>{t`Turn it off`}</Button>}
      </div>
      {doing === "set" && <SetFactor onClose={close} onSet={() => set(true)} />}
      {(doing === "renew" || doing === "end") && <WithCode end={doing === "end"} onClose={close} onEnded={() => set(false)} />}
    </Section>
  );
}

function SetFactor({ onClose, onSet }: { onClose: () => void; onSet: () => void }) {
  const [password, setPassword] = useState("");
  const [proposed, setProposed] = useState<(Proposed & { ticket: string }) | null>(null);
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const [codes, setCodes] = useState<string[] | null>(null);
  const { call } = api();
  if (codes) {
    return <Dialog title={t`Your recovery codes`} onClose={onClose}><RecoveryCodes codes={codes} done={t`I have kept them`} onDone={onClose} /></Dialog>;
  }
  return (
    <Dialog title={t`Set up a second factor`} onClose={onClose}>
      {!proposed ? (
        <Form key="password" send={t`Go on`} explain={explainOffice} onCancel={onClose} onSend={async () => setProposed(await account.propose(call, password))}>
          <TextField label={t`Password`} hint={t`Leave it empty if you never set one.`} type="password" name="password" autoComplete="current-password" autoFocus value={password} onInput={setPassword} />
        </Form>
      ) : (
        <>
          <Setup proposed={proposed} />
          <Form
            key="code"
            send={t`Turn it on`}
            explain={explainOffice}
            onCancel={onClose}
            check={() => {
              setTried(true);
              return isCode(code);
            }}
            onSend={async () => {
              setCodes((await account.confirm(call, proposed.ticket, cleanCode(code))).recovery);
              onSet();
            }}
          >
            <CodeField value={code} error={tried && !isCode(code) ? t`A code has six digits.` : ""} onInput={setCode} />
          </Form>
        </>
      )}
    </Dialog>
  );
}

function WithCode({ end, onClose, onEnded }: { end: boolean; onClose: () => void; onEnded: () => void }) {
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const [codes, setCodes] = useState<string[] | null>(null);
  const { call } = api();
  const send = async () => {
    if (!end) {
      setCodes((await account.renewCodes(call, cleanCode(code))).recovery);
      return;
    }
    await account.endFactor(call, cleanCode(code));
    onEnded();
    onClose();
  };
  return (
    <Dialog title={end ? t`Turn the second factor off` : t`New recovery codes`} onClose={onClose}>
      {codes ? <RecoveryCodes codes={codes} done={t`I have kept them`} onDone={onClose} /> : (
        <>
          <p>{end ? t`From then on your password alone opens your account.` : t`The old codes stop working.`}</p>
          <Form
            danger={end}
            send={end ? t`Turn it off` : t`Make new codes`}
            explain={explainOffice}
            onCancel={onClose}
            check={() => {
              setTried(true);
              return isCode(code);
            }}
            onSend={send}
          >
            <CodeField value={code} recovery error={tried && !isCode(code) ? t`A code has six digits.` : ""} onInput={setCode} />
          </Form>
        </>
      )}
    </Dialog>
  );
}

function Signins() {
  const { loaded, reload } = useFetched(() => account.signins(api().call), "signins");
  const [ending, setEnding] = useState(false);
  const end = async (signin: Signin) => {
    try {
      await account.endSignin(api().call, signin.id);
      toast(t`Signed out there.`);
    } catch (error) {
      toast(explain(error));
    }
    reload();
  };
  return (
    <Section title={t`Where you are signed in`} acts={<Button onClick={() => setEnding(true)}>{t`Sign out everywhere`}</Button>}>
      {loaded.state === "loading" && <Busy text={t`Fetching…`} />}
      {loaded.state === "failed" && <Failed title={t`The list did not load`} text={explain(loaded.error)} onRetry={reload} />}
      {loaded.state === "ready" && (
        <Rows label={t`Where you are signed in`}>
          {loaded.value.map((signin) => <SigninRow key={signin.id} signin={signin} onEnd={() => void end(signin)} />)}
        </Rows>
      )}
      {ending && (
        <Confirm
          title={t`Sign out everywhere`}
          text={t`Every device is signed out, this one too. You then sign in anew.`}
          act={t`Sign out everywhere`}
          onAct={async () => {
            await account.endAll(api().call);
            location.assign("/signin");
          }}
          onClose={() => setEnding(false)}
        />
      )}
    </Section>
  );
}

function SigninRow({ signin, onEnd }: { signin: Signin; onEnd: () => void }) {
  const device = signin.device || t`Unknown device`;
  const at = signin.seen_at || signin.created_at;
  const [day, time] = [dateOfYear(at), clockTime(at)];
  return (
    <Row
      title={device}
      text={<span class="numbers">{t`Last seen ${day}, ${time}`}{signin.address && ` · ${signin.address}`}</span>}
      end={signin.current
        ? <Badge kind="good">{t`This device`}</Badge>
        : <Button aria-label={t`Sign out ${device}`} onClick={onEnd}>{t`Sign out`}</Button>}
    />
  );
}
