// SPDX-License-Identifier: MIT
// The page before class: see and hear oneself, know what is recorded, choose how much to receive, enter.
// The same page waits with those who are early, until the class opens.
import { t } from "@lingui/core/macro";
import { useEffect, useState } from "preact/hooks";
import back from "lucide-static/icons/arrow-left.svg?icon";
import calendar from "lucide-static/icons/calendar.svg?icon";
import recordIcon from "lucide-static/icons/circle-dot.svg?icon";
import teacherIcon from "lucide-static/icons/user-round.svg?icon";
import type { Session } from "../../api/types";
import { clockTime, day, relative, zoneName, zonesDiffer } from "../../i18n/format";
import { LANGUAGE_NAMES, LOCALES, locale } from "../../i18n/i18n";
import { allowedBefore, watchDevices } from "../../media/devices";
import type { LocalMedia } from "../../media/local";
import { megabytesPerHour, RECEIVE, type Receive } from "../../room/policy";
import type { SourceProblem } from "../../room/port";
import { receiveName } from "../classroom/words";
import { Link } from "../Link";
import { Busy, Button, Icon, Select, toast } from "../parts";
import { chooseLanguage, explain, person } from "../session";
import { DeviceSelect, SpeakerTest } from "./LocalDevices";
import { Preview, problemIn, type Device, type Problems } from "./Preview";
import "./prejoin.css";

/** `ready`: the button waits for a press. `waiting`: in the lobby, before the class begins. `asking`: there until a host lets us in. */
export type PrejoinState = "ready" | "entering" | "slow" | "waiting" | "asking" | "lost";

export interface PrejoinProps {
  info: Session;
  local: LocalMedia;
  state: PrejoinState;
  receive: Receive;
  onReceive: (receive: Receive) => void;
  onEnter: () => void;
}

export function Prejoin({ info, local, state, receive, onReceive, onEnter }: PrejoinProps) {
  const [problems, setProblems] = useState<Problems>({});
  const onProblem = (device: Device, problem: SourceProblem | undefined) =>
    setProblems((known) => ({ ...known, [device]: problem }));
  useEffect(watchDevices, []);
  useEffect(() => {
    if (info.may.host && state === "ready") void openAtOnce(local, onProblem);
  }, [info.id, local]);

  const reopen = (device: Device) => {
    if (!local.tracks[device].value) return;
    local.reopen(device).catch((error: unknown) => onProblem(device, problemIn(error)));
  };
  return (
    <main class="prejoin">
      <div class="prejoin-back">
        <Link to="" button="quiet" icon={back}>{t`Home`}</Link>
      </div>
      <section class="prejoin-self" aria-label={t`Your camera and microphone`}>
        <Preview
          local={local}
          name={person.value?.name ?? ""}
          calm={!info.may.host}
          problems={problems}
          onProblem={onProblem}
        />
        <div class="prejoin-devices">
          <DeviceSelect use="videoinput" label={t`Camera device`} onChange={() => reopen("camera")} />
          <DeviceSelect use="audioinput" label={t`Microphone device`} onChange={() => reopen("mic")} />
          <DeviceSelect use="audiooutput" label={t`Speaker device`} onChange={() => {}} />
          <SpeakerTest />
        </div>
      </section>
      <section class="prejoin-class">
        <Facts info={info} />
        <Select
          label={t`What to receive`}
          value={receive}
          options={RECEIVE.map((value) => ({ value, label: receiveOption(value) }))}
          hint={t`Less uses less data and holds on weaker links. You can change it in class.`}
          onChange={onReceive}
        />
        <Select
          label={t`Language`}
          value={locale.value}
          options={LOCALES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          onChange={(language) => void chooseLanguage(language).catch((error: unknown) => toast(explain(error)))}
        />
        <Door info={info} state={state} onEnter={onEnter} />
      </section>
    </main>
  );
}

function receiveOption(receive: Receive): string {
  const name = receiveName(receive);
  const megabytes = megabytesPerHour(receive);
  return t`${name}: about ${megabytes} MB an hour`;
}

/** Who teaches sees themselves at once; a trainee, who is neither heard nor seen at first, when they want to. */
async function openAtOnce(
  local: LocalMedia,
  onProblem: (device: Device, problem: SourceProblem) => void,
): Promise<void> {
  const separately = () => {
    for (const device of ["camera", "mic"] as const) {
      local.open(device).catch((error: unknown) => onProblem(device, problemIn(error)));
    }
  };
  if ((await allowedBefore("audioinput")) || (await allowedBefore("videoinput"))) return separately();
  try {
    await local.openBoth(); // one question of the browser, rather than one after the other
  } catch (error) {
    // One of the two may be missing; that must not cost the other.
    if (problemIn(error) === "none") separately();
    else onProblem("camera", problemIn(error));
  }
}

function Facts({ info }: { info: Session }) {
  const teachers = info.instructors.map((one) => one.name).join(", ");
  const start = info.starts_at;
  const zone = info.time_zone;
  const two = zonesDiffer(start, zone);
  return (
    <div class="prejoin-about">
      <div>
        <p class="prejoin-course">{info.course.title}</p>
        <h1>{info.title}</h1>
      </div>
      <ul class="prejoin-facts">
        {teachers && (
          <li>
            <Icon of={teacherIcon} />
            <span>{teachers}</span>
          </li>
        )}
        <li>
          <Icon of={calendar} />
          <span class="numbers">
            {day(start)}, {clockTime(start)} {two && zoneName(start)}
            {two && (
              <span class="quiet">
                {" "}
                · {clockTime(start, zone)} {zoneName(start, zone)}
              </span>
            )}
          </span>
        </li>
        <li class={info.policy === "never" ? "" : "prejoin-recorded"}>
          <Icon of={recordIcon} />
          <span>{recordingWords(info)}</span>
        </li>
      </ul>
    </div>
  );
}

function recordingWords(info: Session): string {
  if (info.policy === "never") return t`This class is not recorded.`;
  return info.policy === "always"
    ? t`This class is recorded: the instructor, shared screens, whoever is given the floor, and the chat.`
    : t`The instructor may record this class: themselves, shared screens, whoever is given the floor, and the chat. A red sign shows when.`;
}

function Door({ info, state, onEnter }: { info: Session; state: PrejoinState; onEnter: () => void }) {
  const now = useNow();
  const early = info.state !== "open" && info.starts_at > now;
  const when = clockTime(info.starts_at);
  const until = relative(info.starts_at, now);
  if (state === "ready") {
    const trainee = !info.may.host;
    return (
      <div class="prejoin-door">
        <Button kind="primary" large onClick={onEnter}>{t`Enter class`}</Button>
        {early && trainee && <p class="small quiet">{t`The class starts at ${when}, ${until}.`}</p>}
        {trainee && <p class="small quiet">{t`You enter silent and unseen. Raise your hand to speak.`}</p>}
      </div>
    );
  }
  if (state === "waiting") {
    return (
      <div class="prejoin-door prejoin-waiting" role="status">
        <h2>{t`You will be let in automatically`}</h2>
        <p>
          {early
            ? t`The class starts at ${when}, ${until}. Leave this page open.`
            : t`The class begins as soon as the instructor is here. Leave this page open.`}
        </p>
      </div>
    );
  }
  if (state === "asking") {
    return (
      <div class="prejoin-door prejoin-waiting" role="status">
        <h2>{t`The instructor will let you in`}</h2>
        <p>{t`Leave this page open.`}</p>
      </div>
    );
  }
  const words = {
    entering: t`Entering the class…`,
    slow: t`The server does not answer. Trying again…`,
    lost: t`The connection is lost. Connecting again…`,
  };
  return (
    <div class="prejoin-door">
      <Busy text={words[state]} />
    </div>
  );
}

/** To the ten seconds. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
