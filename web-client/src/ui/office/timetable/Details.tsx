// SPDX-License-Identifier: MIT
// One session: when, where, with whom, and what this person may do about it.
import { t } from "@lingui/core/macro";
import clock from "lucide-static/icons/clock.svg?icon";
import door from "lucide-static/icons/door-open.svg?icon";
import enter from "lucide-static/icons/log-in.svg?icon";
import pin from "lucide-static/icons/map-pin.svg?icon";
import play from "lucide-static/icons/play.svg?icon";
import repeat from "lucide-static/icons/repeat.svg?icon";
import teacher from "lucide-static/icons/user-round.svg?icon";
import type { ComponentChildren } from "preact";
import type { PlannedSession } from "../../../api/timetable";
import { clockTime, day, zoneName } from "../../../i18n/format";
import { Link } from "../../Link";
import { Button, Icon } from "../../parts";
import { StateBadge } from "./List";
import { mayChange, shownZone } from "./state";
import { namesOf, otherSpell, spell } from "./words";

const MINUTE_MS = 60_000;

interface Props {
  session: PlannedSession;
  onEdit: () => void;
  onCancel: () => void;
}

export function Details({ session, onEdit, onCancel }: Props) {
  const zone = shownZone();
  const other = otherSpell(session);
  return (
    <div class="details" style={{ "--course": session.course.colour }}>
      <p class="details-course small quiet">{session.course.title}</p>
      <h3>{session.title} <StateBadge session={session} /></h3>
      <ul>
        <Fact icon={clock}>
          {day(session.starts_at, zone)}<br />
          <span class="numbers">{spell(session)} {zoneName(session.starts_at, zone)}</span>
          {other && <><br /><span class="small quiet numbers">{other}</span></>}
        </Fact>
        {session.venue && <Fact icon={pin}>{session.venue.name}</Fact>}
        {session.instructors.length > 0 && <Fact icon={teacher}>{namesOf(session)}</Fact>}
        {session.series && <Fact icon={repeat}>{session.changed ? t`One of a series, changed` : t`One of a series`}</Fact>}
        {session.state === "scheduled" && !session.cancelled && <Fact icon={door}><Opens session={session} /></Fact>}
      </ul>
      <div class="details-acts">
        {session.recording && <Link to={`replay/${session.recording.id}`} button="plain" icon={play}>{t`Watch`}</Link>}
        {mayEnter(session) && <Link to={`class/${session.id}`} button="primary" icon={enter}>{t`Enter`}</Link>}
        {mayChange(session) && (
          <>
            <Button onClick={onEdit}>{t`Edit`}</Button>
            <Button kind="quiet" onClick={onCancel}>{t`Cancel the session`}</Button>
          </>
        )}
      </div>
    </div>
  );
}

/** Hosts may see to their room before; others come when they can wait there. */
function mayEnter(session: PlannedSession): boolean {
  if (!session.may.enter || session.cancelled || session.state === "ended") return false;
  return session.may.host || session.state === "open" || session.starts_at - session.lobby_min * MINUTE_MS <= Date.now();
}

function Fact({ icon, children }: { icon: string; children: ComponentChildren }) {
  return <li><Icon of={icon} size={18} /><span>{children}</span></li>;
}

/** From when one may come in. */
function Opens({ session }: { session: PlannedSession }) {
  const early = session.may.host ? session.opens_min : session.lobby_min;
  const time = clockTime(session.starts_at - early * MINUTE_MS, shownZone());
  const approval = session.entry === "approval";
  return (
    <>
      {session.may.host ? t`The room opens for you at ${time}` : t`You can wait in the lobby from ${time}`}
      {approval && <><br /><span class="small quiet">{t`A host lets each one in`}</span></>}
    </>
  );
}
