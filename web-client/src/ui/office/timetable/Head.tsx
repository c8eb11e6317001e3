// SPDX-License-Identifier: MIT
// Which week or month, how it is shown, and what one can start from here.
import { t } from "@lingui/core/macro";
import feed from "lucide-static/icons/calendar-sync.svg?icon";
import left from "lucide-static/icons/chevron-left.svg?icon";
import right from "lucide-static/icons/chevron-right.svg?icon";
import plus from "lucide-static/icons/plus.svg?icon";
import { dateSpan } from "../../../i18n/format";
import { daysOfWeek } from "../../../academy/week";
import { noonOf } from "../../../academy/zone";
import { Button, IconButton } from "../../parts";
import { chosenDay, view, type View } from "./state";

interface Props {
  day: string;
  onStep: (by: 1 | -1) => void;
  onNew: (() => void) | null;
  onFeeds: () => void;
}

export function Head({ day, onStep, onNew, onFeeds }: Props) {
  const month = view.value === "month";
  const week = daysOfWeek(day);
  const title = month ? dateSpan(noonOf(day), null) : dateSpan(noonOf(week[0] ?? day), noonOf(week[6] ?? day));
  const views: [View, string][] = [["week", t`Week`], ["month", t`Month`], ["list", t`List`]];
  return (
    <div class="timetable-head">
      <h1 class="unseen">{t`Timetable`}</h1>
      <div class="timetable-turn">
        <Button onClick={() => (chosenDay.value = "")}>{t`Today`}</Button>
        <IconButton icon={left} label={month ? t`Previous month` : t`Previous week`} hotkey="ArrowLeft" onClick={() => onStep(-1)} />
        <IconButton icon={right} label={month ? t`Next month` : t`Next week`} hotkey="ArrowRight" onClick={() => onStep(1)} />
      </div>
      <h2 class="numbers" aria-live="polite">{title}</h2>
      <div class="timetable-views" role="group" aria-label={t`View`}>
        {views.map(([name, label]) => (
          <Button key={name} aria-pressed={view.value === name} onClick={() => (view.value = name)}>{label}</Button>
        ))}
      </div>
      <IconButton icon={feed} label={t`Your calendar`} onClick={onFeeds} />
      {onNew && <Button kind="primary" icon={plus} onClick={onNew}>{t`New session`}</Button>}
    </div>
  );
}
