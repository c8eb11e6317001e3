// SPDX-License-Identifier: MIT
// What a plan clashes with, by date; announced when it changes.
import { plural, t } from "@lingui/core/macro";
import ok from "lucide-static/icons/circle-check.svg?icon";
import warning from "lucide-static/icons/triangle-alert.svg?icon";
import type { Checked } from "../../../api/timetable";
import { clockTime, shortDay } from "../../../i18n/format";
import { Icon } from "../../parts";
import { shownZone } from "./state";
import { clashWords } from "./words";
import "./clashes.css";

const MOST_SHOWN = 6;

export function Clashes({ checked }: { checked: Checked }) {
  const zone = shownZone();
  const with_ = checked.occurrences.filter((one) => one.clashes.length > 0);
  const [count, more, removed] = [checked.occurrences.length, with_.length - MOST_SHOWN, checked.removed];
  const found = with_.length;
  return (
    <div class={`clashes${found > 0 ? " clashes-some" : ""}`} role="status">
      <p>
        <Icon of={found > 0 ? warning : ok} size={18} />
        <strong>
          {found === 0
            ? plural(count, { one: "No conflict", other: "# sessions, no conflict" })
            : t`${found} of ${count} in conflict`}
        </strong>
      </p>
      {removed > 0 && <p class="small">{plural(removed, { one: "# session loses its day and is taken off.", other: "# sessions lose their day and are taken off." })}</p>}
      {found > 0 && (
        <ul>
          {with_.slice(0, MOST_SHOWN).map((one) => (
            <li key={one.starts_at}>
              <span class="numbers">{shortDay(one.starts_at, zone)}, {clockTime(one.starts_at, zone)}</span>
              {one.clashes.map((clash, index) => <span class="clashes-what" key={index}>{clashWords(clash)}</span>)}
            </li>
          ))}
        </ul>
      )}
      {more > 0 && <p class="small">{plural(more, { one: "and # more day", other: "and # more days" })}</p>}
    </div>
  );
}
